//! The register's words by their ids, looked up once.

use std::collections::BTreeMap;

use kept_language::{ActId, FactId, NounId, ProofId, Register, RoleId};

/// The register as the stories use it: by words.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) nouns: BTreeMap<String, NounId>,
    pub(crate) acts: BTreeMap<String, (ActId, NounId)>,
    pub(crate) facts: BTreeMap<String, (FactId, Vec<String>)>,
    pub(crate) roles: BTreeMap<String, RoleId>,
    pub(crate) proofs: BTreeMap<String, ProofId>,
}

impl Words {
    pub(crate) fn of(register: &Register) -> Self {
        let nouns = register.nouns().map(|(id, noun)| (noun.id.clone(), id));
        let acts = register
            .acts()
            .map(|(id, act)| (act.id.clone(), (id, act.case)));
        let facts = register.facts().map(|(id, fact)| {
            let name = format!("{}.{}", register[fact.noun].id, fact.name);
            (name, (id, fact.values.clone()))
        });
        let roles = register.roles().map(|(id, role)| (role.says.clone(), id));
        let proofs = register.proofs().map(|(id, proof)| (proof.id.clone(), id));
        Self {
            nouns: nouns.collect(),
            acts: acts.collect(),
            facts: facts.collect(),
            roles: roles.collect(),
            proofs: proofs.collect(),
        }
    }
}
