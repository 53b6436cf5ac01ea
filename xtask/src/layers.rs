//! The direction of dependencies, held against what cargo resolves.
//!
//! Between the crates of the workspace every kind of dependency counts, those of tests too. Outside crates are
//! followed through all they bring along, but not through what only tests use.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use crate::finding::Finding;
use crate::repository::Repository;
use crate::rings::Place;

struct Package<'a> {
    name: &'a str,
    /// Path of the manifest from the root; `None` for an outside crate.
    manifest: Option<String>,
}

struct Graph<'a> {
    packages: BTreeMap<&'a str, Package<'a>>,
    /// All edges, and among them those that are more than test dependencies.
    edges: BTreeMap<&'a str, Vec<(&'a str, bool)>>,
}

/// Findings of the whole workspace.
///
/// # Errors
/// When cargo cannot resolve the workspace, or says it in a form not known here.
pub fn check(repository: &Repository) -> Result<Vec<Finding>, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let printed = repository.output(
        &cargo,
        &[
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ],
    )?;
    let metadata: Value = serde_json::from_str(&printed)
        .map_err(|error| format!("cargo metadata is no JSON: {error}"))?;
    let root = repository.root.to_string_lossy();
    let read = |manifest: &str| {
        std::fs::read_to_string(repository.root.join(manifest)).unwrap_or_default()
    };
    findings(&metadata, &root, read)
}

fn findings(
    metadata: &Value,
    root: &str,
    read: impl Fn(&str) -> String,
) -> Result<Vec<Finding>, String> {
    let graph = Graph::from(metadata, root).ok_or("cargo metadata has an unknown form")?;
    let mut found = BTreeSet::new();
    for (id, package) in &graph.packages {
        let Some(manifest) = &package.manifest else {
            continue;
        };
        let text = read(manifest);
        let place = Place::of(folder(manifest));
        for (what, dependency) in graph.objections(id, &place) {
            found.insert(Finding {
                file: manifest.clone(),
                line: line_of(&text, &dependency),
                what: format!("`{}` {what}", package.name),
                mend: "turn the dependency round, or move the code to where it may know this"
                    .into(),
            });
        }
        if !inherits_lints(&text) {
            found.insert(Finding {
                file: manifest.clone(),
                line: 0,
                what: "the crate does not take the lints of the workspace".into(),
                mend: "add `[lints]` with `workspace = true`".into(),
            });
        }
    }
    Ok(found.into_iter().collect())
}

impl<'a> Graph<'a> {
    fn from(metadata: &'a Value, root: &str) -> Option<Self> {
        let mut packages = BTreeMap::new();
        for package in metadata.get("packages")?.as_array()? {
            let outside = !package.get("source")?.is_null();
            let manifest = package.get("manifest_path")?.as_str()?;
            let manifest = manifest
                .strip_prefix(root)
                .unwrap_or(manifest)
                .trim_start_matches('/');
            packages.insert(
                package.get("id")?.as_str()?,
                Package {
                    name: package.get("name")?.as_str()?,
                    manifest: (!outside).then(|| manifest.into()),
                },
            );
        }
        let mut edges = BTreeMap::new();
        for node in metadata.get("resolve")?.get("nodes")?.as_array()? {
            let targets = node
                .get("deps")?
                .as_array()?
                .iter()
                .filter_map(edge)
                .collect();
            edges.insert(node.get("id")?.as_str()?, targets);
        }
        Some(Self { packages, edges })
    }

    /// What `id` must not use, each with the name of the direct dependency that brings it in.
    fn objections(&self, id: &str, place: &Place) -> Vec<(String, String)> {
        let mut objections = Vec::new();
        for (target, shipped) in self.edges.get(id).into_iter().flatten() {
            let Some(package) = self.packages.get(target) else {
                continue;
            };
            let name = package.name.to_string();
            if let Some(manifest) = &package.manifest {
                if let Some(why) = place.objection(&Place::of(folder(manifest))) {
                    objections.push((format!("must not depend on `{name}`: {why}"), name));
                }
            } else if *shipped {
                for (outside, why) in self.outside_objections(target, place) {
                    let by = if outside == name {
                        String::new()
                    } else {
                        format!(" (through `{name}`)")
                    };
                    objections.push((
                        format!("must not rest on `{outside}`{by}: {why}"),
                        name.clone(),
                    ));
                }
            }
        }
        objections
    }

    /// Impure crates among `start` and all that it brings along.
    fn outside_objections(&self, start: &'a str, place: &Place) -> Vec<(String, String)> {
        let mut seen = BTreeSet::from([start]);
        let mut queue = VecDeque::from([start]);
        let mut objections = Vec::new();
        while let Some(id) = queue.pop_front() {
            let name = self.packages.get(id).map_or("", |package| package.name);
            if let Some(why) = place.outside_objection(name) {
                objections.push((name.to_string(), why));
            }
            for (target, shipped) in self.edges.get(id).into_iter().flatten() {
                if *shipped && seen.insert(target) {
                    queue.push_back(target);
                }
            }
        }
        objections
    }
}

fn edge(dependency: &Value) -> Option<(&str, bool)> {
    let target = dependency.get("pkg")?.as_str()?;
    let kinds = dependency.get("dep_kinds")?.as_array()?;
    let shipped = kinds
        .iter()
        .any(|kind| kind.get("kind").and_then(Value::as_str) != Some("dev"));
    Some((target, shipped))
}

fn folder(manifest: &str) -> &str {
    manifest.strip_suffix("/Cargo.toml").unwrap_or("")
}

/// The line of a manifest that names a dependency; 0 when none does.
fn line_of(manifest: &str, dependency: &str) -> usize {
    let names = |line: &str| {
        let rest = line.trim_start().strip_prefix(dependency)?;
        rest.starts_with(['.', ' ', '=', ']']).then_some(())
    };
    manifest
        .lines()
        .position(|line| names(line).is_some())
        .map_or(0, |index| index + 1)
}

fn inherits_lints(manifest: &str) -> bool {
    let mut in_lints = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_lints = line == "[lints]";
        } else if in_lints && line.replace(' ', "") == "workspace=true" {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{findings, inherits_lints, line_of};
    use serde_json::{Value, json};

    const LINTED: &str =
        "[dependencies]\nkept-store.workspace = true\njiff = \"1\"\n[lints]\nworkspace = true\n";

    fn package(id: &str, manifest: &str, outside: bool) -> Value {
        let source = if outside {
            json!("registry")
        } else {
            Value::Null
        };
        json!({"id": id, "name": id, "source": source, "manifest_path": manifest})
    }

    fn node(id: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<Value> = dependencies
            .iter()
            .map(|(pkg, kind)| json!({"pkg": pkg, "dep_kinds": [{"kind": kind}]}))
            .collect();
        json!({"id": id, "deps": dependencies})
    }

    fn lines(nodes: &[Value]) -> Vec<String> {
        let metadata = json!({
            "packages": [
                package("kept-engine", "/r/core/engine/Cargo.toml", false),
                package("kept-store", "/r/shell/store/Cargo.toml", false),
                package("jiff", "/elsewhere/jiff/Cargo.toml", true),
                package("tokio", "/elsewhere/tokio/Cargo.toml", true),
            ],
            "resolve": {"nodes": nodes},
        });
        let found = findings(&metadata, "/r", |_| LINTED.into()).unwrap();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_core_crate_on_the_shell_is_found_with_its_line() {
        let found = lines(&[node("kept-engine", &[("kept-store", None)])]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with(
            "core/engine/Cargo.toml:2: `kept-engine` must not depend on `kept-store`"
        ));
    }

    #[test]
    fn an_impure_crate_is_found_through_another() {
        let found = lines(&[
            node("kept-engine", &[("jiff", None)]),
            node("jiff", &[("tokio", None)]),
        ]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("Cargo.toml:3:") && found[0].contains("`tokio` (through `jiff`)")
        );
    }

    #[test]
    fn an_impure_crate_that_only_tests_use_is_let_through() {
        assert!(lines(&[node("kept-engine", &[("tokio", Some("dev"))])]).is_empty());
    }

    #[test]
    fn a_ring_is_kept_in_tests_too() {
        assert_eq!(
            lines(&[node("kept-engine", &[("kept-store", Some("dev"))])]).len(),
            1
        );
    }

    #[test]
    fn the_shell_may_rest_on_impure_crates() {
        assert!(lines(&[node("kept-store", &[("tokio", None)])]).is_empty());
    }

    #[test]
    fn a_manifest_without_the_lints_of_the_workspace_is_seen() {
        assert!(inherits_lints(LINTED));
        assert!(!inherits_lints("[lints]\n[package]\nworkspace = true\n"));
        assert!(!inherits_lints(""));
    }

    #[test]
    fn the_line_is_that_of_the_whole_name() {
        assert_eq!(line_of("serde_json = \"1\"\nserde = \"1\"\n", "serde"), 2);
        assert_eq!(line_of("", "serde"), 0);
    }
}
