//! Decision tables, definitions, procedures, and what a new version does to running duties.

use std::sync::Arc;

use kept_kernel::Instant;
use kept_language::FactId;
use kept_language::ast::{RuleKey, TransitionEffect, Value};

use super::records::{FactUse, Hops};
use super::rules::{Cond, Shown};
use super::{GroupIx, IdentIx, TableIx};
use crate::reading::Reads;
use crate::rows::Answer;

#[derive(Clone, Debug)]
pub(crate) struct TableInfo {
    pub(crate) columns: Box<[TableColumn]>,
    pub(crate) rows: Box<[RowInfo]>,
    /// Its answers where nothing is known.
    pub(crate) blank: Box<[Answer]>,
}

#[derive(Clone, Debug)]
pub(crate) struct TableColumn {
    pub(crate) fact: Option<FactUse>,
    /// Some row speaks of its fact being unknown.
    pub(crate) says_unknown: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct RowInfo {
    pub(crate) cells: Box<[CellInfo]>,
    pub(crate) otherwise: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum CellInfo {
    Any,
    Unknown,
    OneOf(Box<[Value]>),
    Range(Option<(Value, bool)>, Option<(Value, bool)>),
    Answer(Value),
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) struct DefinitionInfo {
    pub(crate) group: GroupIx,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    /// What it reads, and what it gives, for that may be taken back.
    pub(crate) reads: Reads,
    pub(crate) gives: Gives,
}

/// All of these, each by any of its alternatives.
pub(crate) type Needed = Box<[Box<[Shown]>]>;

#[derive(Clone, Debug)]
pub(crate) enum Gives {
    Table {
        slot: usize,
        fact: FactId,
        table: TableIx,
        column: usize,
    },
    State {
        bit: usize,
        condition: Cond,
    },
    YesNo {
        slot: usize,
        fact: FactId,
        condition: Cond,
    },
    /// A stage is entered by its events; what must be shown before, by stage.
    Stages {
        slot: usize,
        fact: FactId,
        /// Row by row: the stage, and what it needs.
        rows: Box<[(u16, Needed)]>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct ProcedureInfo {
    pub(crate) key: Arc<RuleKey>,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) condition: Option<Cond>,
    pub(crate) record: Hops,
    pub(crate) items: Box<[ItemInfo]>,
}

#[derive(Clone, Debug)]
pub(crate) struct ItemInfo {
    pub(crate) step: IdentIx,
    /// The items before it that must be done or not needed.
    pub(crate) after: Box<[usize]>,
    pub(crate) condition: Option<Cond>,
}

#[derive(Clone, Debug)]
pub(crate) struct TransitionInfo {
    pub(crate) at: Instant,
    pub(crate) ident: IdentIx,
    pub(crate) effect: TransitionEffect,
}
