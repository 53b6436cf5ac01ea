//! `v=DKIM1; k=rsa; p=…`: the lists of tags in which domains say things.

/// A list of tags, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tags(Vec<(String, String)>);

impl Tags {
    /// Reads a list; none for what is none, or names something twice.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut tags: Vec<(String, String)> = Vec::new();
        for part in text.split(';') {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let (name, value) = part.split_once('=')?;
            let name = name.trim();
            if name.is_empty() || tags.iter().any(|(known, _)| known == name) {
                return None;
            }
            tags.push((name.to_owned(), value.trim().to_owned()));
        }
        (!tags.is_empty()).then_some(Self(tags))
    }

    /// Whether it begins with `v=` and this version.
    pub(crate) fn begins(&self, version: &str) -> bool {
        let first = self.0.first();
        first.is_some_and(|(name, value)| name == "v" && value == version)
    }

    /// What a tag says; none where it is not there.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The same in small letters; empty where it is not there.
    pub(crate) fn word(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_ascii_lowercase()
    }

    /// What a tag says, without the spaces that lines are broken with.
    pub(crate) fn packed(&self, name: &str) -> String {
        let value = self.get(name).unwrap_or_default();
        value.chars().filter(|one| !one.is_whitespace()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Tags;

    #[test]
    fn a_list_says_each_thing_once() {
        let tags = Tags::read("v=DKIM1; k = rsa ;\r\n\tp=AB\r\n CD=;").unwrap();
        assert!(tags.begins("DKIM1"));
        assert_eq!(tags.get("k"), Some("rsa"));
        assert_eq!(tags.packed("p"), "ABCD=");
        assert_eq!((tags.get("x"), &*tags.word("x")), (None, ""));
        for text in ["", ";;", "v", "a=1; a=2", "=x"] {
            assert_eq!(Tags::read(text), None, "{text}");
        }
    }
}
