//! Acts as rules use them, and what each use is there for.

use kept_language::{ActId, FactId};

use super::{Back, DefinitionIx, GroupIx, ProcedureIx, RuleIx};

/// An act as rules of one kind of case use it.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) act: ActId,
    pub(crate) fact: Option<FactId>,
    pub(crate) group: GroupIx,
    pub(crate) back: Box<[Back]>,
    pub(crate) triggers: Vec<RuleIx>,
    pub(crate) starts: Vec<ProcedureIx>,
    pub(crate) anchors: bool,
    pub(crate) rhythms: Vec<RuleIx>,
    pub(crate) discharges: bool,
    pub(crate) gates: Vec<RuleIx>,
    /// Gates whose wait begins or is voided by it.
    pub(crate) waits: Vec<(RuleIx, usize, Wait)>,
    /// Where its times are kept on the case, if they cannot be kept on the record itself.
    pub(crate) mark: Option<usize>,
    pub(crate) samples: Vec<RuleIx>,
    pub(crate) stages: Vec<(DefinitionIx, usize)>,
}

/// What uses are there for, so that an event passes over what none of its uses asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Purposes(u8);

impl Purposes {
    pub(crate) const GATES: Self = Self(1);
    pub(crate) const MARKS: Self = Self(2);
    pub(crate) const STAGES: Self = Self(4);
    pub(crate) const DISCHARGES: Self = Self(8);
    pub(crate) const ANCHORS: Self = Self(16);
    pub(crate) const OPENS: Self = Self(32);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Use {
    pub(crate) fn purposes(&self) -> Purposes {
        let opens =
            !self.triggers.is_empty() || !self.starts.is_empty() || !self.samples.is_empty();
        [
            (Purposes::GATES, !self.gates.is_empty()),
            (
                Purposes::MARKS,
                self.mark.is_some() || !self.waits.is_empty(),
            ),
            (Purposes::STAGES, !self.stages.is_empty()),
            (Purposes::DISCHARGES, self.discharges),
            (Purposes::ANCHORS, self.anchors || !self.rhythms.is_empty()),
            (Purposes::OPENS, opens),
        ]
        .into_iter()
        .filter(|(_, has)| *has)
        .fold(Purposes::default(), |all, (one, _)| all.and(one))
    }

    /// It matters only to duties that are owed.
    pub(crate) fn only_discharges(&self) -> bool {
        let opens =
            !self.triggers.is_empty() || !self.starts.is_empty() || !self.rhythms.is_empty();
        let gates = !self.gates.is_empty() || !self.waits.is_empty();
        let notes = self.mark.is_some() || !self.samples.is_empty() || !self.stages.is_empty();
        !opens && !gates && !notes
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wait {
    Begins,
    Voids,
}
