//! The duties of a record in the archive: closed ones in two bytes or three, owed ones in full with their entries.

use super::codec::{folded, unfolded};
use super::{Reader, Shapes, Writer};
use crate::clock::{NEVER, Shift};
use crate::obligation::{Marks, Verdict};
use crate::program::{CalendarIx, Program, RuleIx};
use crate::record::{Duty, NO_EVENT, NOBODY, NameIx, Note, Noted, Phase, Record};

/// Whether the archive can take the duties and entries of a record. One that is owed fits where it reads nothing of
/// other records, since those do not find it there.
pub(super) fn fit(record: &Record, program: &Program) -> bool {
    let duties = record.duties.iter().all(|duty| match duty.phase {
        Phase::Closed => true,
        Phase::Open | Phase::Anchor => {
            duty.missing.is_none() && !program.rules[duty.rule].elsewhere
        }
        Phase::Latent | Phase::Unknown | Phase::Turn => false,
    });
    duties
        && record
            .entries
            .iter()
            .all(|entry| code(entry.change).is_some())
}

pub(super) fn write(record: &Record, program: &Program, writing: &mut Writer, shapes: &mut Shapes) {
    let shape_list = record.duties.iter().map(shape);
    shapes.write(shape_list, writing, |shape| is_told(program, shape));
    for duty in &record.duties {
        if duty.person != NOBODY {
            writing.number(u64::from(duty.person.0));
        }
        let owed = duty.phase != Phase::Closed;
        if owed || goes_on(program, duty.rule) {
            write_time_left(record, duty, writing);
        }
        if owed {
            write_owed(record, duty, writing);
        }
    }
}

/// A duty's rule, its cycle, how it stands and whether it names a person.
fn shape(duty: &Duty) -> u64 {
    let state = match duty.phase {
        Phase::Open => 1,
        Phase::Anchor => 2,
        _ => 0,
    };
    let named = u64::from(duty.person != NOBODY);
    u64::from(duty.rule.0) << 35 | u64::from(duty.cycle) << 3 | state << 1 | named
}

pub(super) fn read(
    record: &mut Record,
    program: &Program,
    reading: &mut Reader<'_>,
    (shapes, at_end): (&Shapes, bool),
) {
    let only_owed = at_end && closed_are_idle(record, program, (*reading, shapes));
    shapes.read(reading, only_owed, |shape, reading| {
        let rule = RuleIx((shape >> 35) as u32);
        if only_owed && !is_told(program, shape) {
            return;
        }
        let mut duty = Duty::new(rule, program.rules[rule].ident, record.now, NO_EVENT);
        duty.cycle = (shape >> 3) as u32;
        if shape & 1 != 0 {
            duty.person = NameIx(reading.number() as u32);
        }
        duty.phase = match state_of(shape) {
            0 => Phase::Closed,
            1 => Phase::Open,
            _ => Phase::Anchor,
        };
        if duty.is_alive() || goes_on(program, rule) {
            read_time_left(record, &mut duty, reading);
        }
        if duty.is_alive() {
            read_owed(record, &mut duty, reading);
        } else {
            // Its verdict has been handed out; nothing asks for it again.
            duty.verdict = Verdict::Cancelled;
        }
        record.duties.push(duty);
    });
}

/// Whether the closed duties of a record that is brought back for the end of the run alone can be left out: nothing
/// that is owed can open them again.
fn closed_are_idle(
    record: &Record,
    program: &Program,
    (mut reading, shapes): (Reader<'_>, &Shapes),
) -> bool {
    let mut idle = program.boundaries.is_empty() && record.recheck == NEVER;
    shapes.read(&mut reading, true, |shape, _| {
        let rule = &program.rules[RuleIx((shape >> 35) as u32)];
        let opens = !program.idents[rule.ident].when_overdue.is_empty();
        idle &= !(is_owed(shape) && opens);
    });
    idle
}

fn state_of(shape: u64) -> u64 {
    (shape >> 1) & 3
}

fn is_owed(shape: u64) -> bool {
    state_of(shape) != 0
}

/// Whether more is written of a duty than its shape.
fn is_told(program: &Program, shape: u64) -> bool {
    is_owed(shape) || shape & 1 != 0 || goes_on(program, RuleIx((shape >> 35) as u32))
}

/// Whether some version of this rule lets a reopened duty go on with what was left.
fn goes_on(program: &Program, rule: RuleIx) -> bool {
    program.briefs[rule].goes_on
}

fn write_time_left(record: &Record, duty: &Duty, writing: &mut Writer) {
    writing.signed(duty.left);
    write_shift(duty.shift, writing);
    writing.instant(duty.from, record.now);
    writing.instant(duty.base, record.now);
    writing.number(u64::from(duty.calendar.0));
}

fn read_time_left(record: &Record, duty: &mut Duty, reading: &mut Reader<'_>) {
    duty.left = reading.signed();
    duty.shift = read_shift(reading);
    duty.from = reading.instant(record.now);
    duty.base = reading.instant(record.now);
    duty.calendar = CalendarIx(reading.number() as u32);
}

fn write_shift(shift: Shift, writing: &mut Writer) {
    writing.number(match shift {
        Shift::Business => 0,
        Shift::Elapsed => 1,
        Shift::None => 2,
    });
}

fn read_shift(reading: &mut Reader<'_>) -> Shift {
    match reading.number() {
        0 => Shift::Business,
        1 => Shift::Elapsed,
        _ => Shift::None,
    }
}

/// Yes or no, the first in the lowest bit.
fn packed(bits: &[bool]) -> u64 {
    bits.iter()
        .rev()
        .fold(0, |packed, bit| packed << 1 | u64::from(*bit))
}

fn write_owed(record: &Record, duty: &Duty, writing: &mut Writer) {
    let now = record.now;
    let marks = duty.marks;
    writing.number(packed(&[
        duty.breached,
        duty.next_day,
        duty.by_hand,
        marks.rebased,
        marks.corrected,
        marks.recorded_late,
        marks.automatic,
        marks.other_channel,
        marks.exception_unknown,
    ]));
    for at in [
        duty.wake,
        duty.due,
        duty.paused_at,
        duty.done_at,
        duty.start,
        duty.act_at,
        duty.promise,
        duty.ended,
    ] {
        writing.instant(at, now);
    }
    writing.sparse(&[
        u64::from(duty.variant),
        duty.opened_by.wrapping_add(1),
        duty.done_by.wrapping_add(1),
        u64::from(duty.serial),
        !duty.fixed,
        u64::from(duty.proof),
        u64::from(duty.row.wrapping_add(1)),
        u64::from(duty.level),
        u64::from(duty.tier.wrapping_add(1)),
        u64::from(duty.warned),
        folded(duty.paused_business),
        folded(duty.paused_elapsed),
        folded(duty.settled_business),
        folded(duty.settled_elapsed),
        folded(duty.rest),
    ]);
    write_shift(duty.rest_shift, writing);
}

fn read_owed(record: &Record, duty: &mut Duty, reading: &mut Reader<'_>) {
    let now = record.now;
    let bits = reading.number();
    let bit = |place: u32| bits >> place & 1 != 0;
    (duty.breached, duty.next_day, duty.by_hand) = (bit(0), bit(1), bit(2));
    duty.marks = Marks {
        rebased: bit(3),
        corrected: bit(4),
        recorded_late: bit(5),
        automatic: bit(6),
        other_channel: bit(7),
        exception_unknown: bit(8),
    };
    duty.wake = reading.instant(now);
    duty.due = reading.instant(now);
    duty.paused_at = reading.instant(now);
    duty.done_at = reading.instant(now);
    duty.start = reading.instant(now);
    duty.act_at = reading.instant(now);
    duty.promise = reading.instant(now);
    duty.ended = reading.instant(now);
    let mut numbers = [0; 15];
    reading.sparse(&mut numbers);
    let [
        variant,
        opened_by,
        done_by,
        serial,
        fixed,
        proof,
        row,
        level,
        tier,
        warned,
        paused @ ..,
    ] = numbers;
    duty.variant = variant as u16;
    duty.opened_by = opened_by.wrapping_sub(1);
    duty.done_by = done_by.wrapping_sub(1);
    duty.serial = serial as u32;
    duty.fixed = !fixed;
    duty.proof = proof as u32;
    duty.row = (row as u32).wrapping_sub(1);
    duty.level = level as u8;
    duty.tier = (tier as u16).wrapping_sub(1);
    duty.warned = warned as u32;
    [
        duty.paused_business,
        duty.paused_elapsed,
        duty.settled_business,
        duty.settled_elapsed,
        duty.rest,
    ] = paused.map(unfolded);
    duty.rest_shift = read_shift(reading);
}

/// What an owed duty's entry is written as; none for what only ends one or says what is missing.
fn code(note: Note) -> Option<u64> {
    Some(match note {
        Note::Opened(_) => 0,
        Note::Rebased(..) => 1,
        Note::Paused => 2,
        Note::Resumed(_) => 3,
        Note::Warned(..) => 4,
        Note::Breached => 5,
        Note::Escalated(..) => 6,
        Note::Reassigned(_) => 7,
        Note::TriggeredAgain => 8,
        _ => return None,
    })
}

pub(super) fn write_entries(record: &Record, writing: &mut Writer) {
    let now = record.now;
    writing.number(record.entries.len() as u64);
    for entry in &record.entries {
        writing.number(code(entry.change).unwrap_or_default());
        writing.number(u64::from(entry.serial));
        writing.instant(entry.at, now);
        writing.number(entry.cause.wrapping_add(1));
        match entry.change {
            Note::Opened(at) | Note::Resumed(at) => writing.instant(at, now),
            Note::Rebased(from, to) => {
                writing.instant(from, now);
                writing.instant(to, now);
            }
            Note::Warned(place, variant) => {
                writing.number(u64::from(place));
                writing.number(u64::from(variant));
            }
            Note::Escalated(level, rung, skipped, variant) => {
                for number in [level, rung, skipped] {
                    writing.number(u64::from(number));
                }
                writing.number(u64::from(variant));
            }
            Note::Reassigned(to) => writing.number(u64::from(to.0.wrapping_add(1))),
            _ => {}
        }
    }
}

pub(super) fn read_entries(record: &mut Record, reading: &mut Reader<'_>) {
    let now = record.now;
    for _ in 0..reading.number() {
        let code = reading.number();
        let serial = reading.number() as u32;
        let at = reading.instant(now);
        let cause = reading.number().wrapping_sub(1);
        let change = match code {
            0 => Note::Opened(reading.instant(now)),
            1 => Note::Rebased(reading.instant(now), reading.instant(now)),
            2 => Note::Paused,
            3 => Note::Resumed(reading.instant(now)),
            4 => Note::Warned(reading.number() as u8, reading.number() as u16),
            5 => Note::Breached,
            6 => Note::Escalated(
                reading.number() as u8,
                reading.number() as u8,
                reading.number() as u8,
                reading.number() as u16,
            ),
            7 => Note::Reassigned(NameIx((reading.number() as u32).wrapping_sub(1))),
            _ => Note::TriggeredAgain,
        };
        record.entries.push(Noted {
            serial,
            at,
            cause,
            change,
        });
    }
}
