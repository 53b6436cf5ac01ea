//! Revenue, tier and engagement: entered, worked out, and for a while set by hand.

use jiff::civil::Date;
use kept_accounts::access::Scope;
use kept_engine::OwnedActor;
use kept_journal::{InForce, events};
use kept_kernel::{Id, Instant};
use kept_language::ast::Value;
use kept_store::{Read, StoreError, Write, params};

use super::{ClientError, Step, held, standing};
use crate::model::{Client, ClientId, Engagement, LONGEST_LINE, by_revenue, first_day, values};
use crate::telling::{More, Told};
use crate::{queries, search};

/// So much that a client did is looked at for its engagement.
const MOST_EVENTS: u32 = 300;
/// So long ago it still counts.
const YEAR: i64 = 365 * 86_400_000_000;
/// So long a client that has done nothing is new rather than silent.
const NEW: i64 = 90 * 86_400_000_000;
/// A tier may be set by hand for so many days at most.
const LONGEST_BY_HAND: i64 = 366;
/// More than any company sells, in hundredths.
const MOST_MONEY: i64 = 100_000_000_000_000;

/// What a client bought or gave back, or has agreed to for its first year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRevenue {
    /// `sale`, `credit` or `first-year`.
    pub kind: String,
    /// The day of it.
    pub on_day: String,
    /// In the company's currency at the rate of that day: `1,200.50`. Of a credit, what was given back.
    pub amount: String,
    /// What it was.
    pub note: String,
}

/// A tier that somebody sets for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierByHand {
    /// The tier, in the words of the vocabulary.
    pub tier: String,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until_on: String,
}

/// Writes down what a client bought, and works its tier out anew.
///
/// # Errors
///
/// [`ClientError`]
pub fn add_revenue(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    client: ClientId,
    new: &NewRevenue,
) -> Result<(), ClientError> {
    held(tx, scope, client)?;
    if !["sale", "credit", "first-year"].contains(&new.kind.as_str()) {
        return Err(ClientError::fault("revenue_kind", "Choose what it is."));
    }
    let Ok(day) = new.on_day.trim().parse::<Date>() else {
        return Err(ClientError::fault("on_day", "Write a day like 2026-03-02."));
    };
    let amount = hundredths(&new.amount).filter(|amount| *amount > 0 && *amount < MOST_MONEY);
    let Some(amount) = amount else {
        return Err(ClientError::fault(
            "amount",
            "Write an amount like 1,200 or 1,200.50.",
        ));
    };
    if new.note.chars().count() > LONGEST_LINE {
        return Err(ClientError::fault(
            "revenue_note",
            "Shorten this to 200 letters.",
        ));
    }
    let amount = if new.kind == "credit" {
        -amount
    } else {
        amount
    };
    let [_, _, revenue, entry, ..] = step.ids;
    let day = day.to_string();
    let row = params![
        revenue,
        client,
        &new.kind,
        &day,
        amount,
        new.note.trim(),
        step.at,
        scope.person(),
    ];
    tx.execute(queries::ADD_REVENUE, &row)?;
    let detail = serde_json::json!({ "revenue": revenue.to_string() });
    step.audit(tx, (entry, "RevenueEntered"), ("client", client.0), &detail)?;
    Ok(refigure(tx, step, client)?)
}

/// Takes an amount out that was entered by mistake.
///
/// # Errors
///
/// [`ClientError`]
pub fn remove_revenue(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (client, revenue): (ClientId, Id),
) -> Result<(), ClientError> {
    held(tx, scope, client)?;
    if tx.execute(queries::REMOVE_REVENUE, &params![revenue, client, step.at])? == 0 {
        return Err(ClientError::Missing);
    }
    let [_, _, _, entry, ..] = step.ids;
    let detail = serde_json::json!({ "revenue": revenue.to_string() });
    step.audit(tx, (entry, "RevenueRemoved"), ("client", client.0), &detail)?;
    Ok(refigure(tx, step, client)?)
}

/// Sets the tier for a while, with a reason. It falls back to what the revenue gives when the last day is over.
///
/// # Errors
///
/// [`ClientError`]
pub fn set_tier_by_hand(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    client: ClientId,
    by_hand: &TierByHand,
) -> Result<(), ClientError> {
    let before = held(tx, scope, client)?;
    let register = &step.rules.register;
    let tiers = values(register, "client", "tier");
    if !tiers.contains(&by_hand.tier) {
        return Err(ClientError::fault("tier", "Choose a tier."));
    }
    let reason = by_hand.reason.trim();
    if reason.chars().count() < 10 || reason.chars().count() > LONGEST_LINE {
        return Err(ClientError::fault(
            "reason",
            "Say in a sentence why this client has another tier.",
        ));
    }
    let until = last_moment(&step.rules, &by_hand.until_on).filter(|until| {
        *until > step.at && until.micros_since(step.at) <= LONGEST_BY_HAND * 86_400_000_000
    });
    let Some((until, day)) = until.zip(by_hand.until_on.trim().parse::<Date>().ok()) else {
        return Err(ClientError::fault(
            "until_on",
            "Write a day within the next twelve months, like 2026-09-30.",
        ));
    };
    let figured = Figures {
        tier: Some(by_hand.tier.clone()),
        because: Some("by hand".to_owned()),
        until: Some(until),
        ..Figures::of(&before)
    };
    let [entry, event, row, ..] = step.ids;
    save(tx, client, (&before, &figured), step.at)?;
    let revenue = before.card.revenue;
    let kept = params![
        row,
        client,
        step.at,
        &by_hand.tier,
        "by hand",
        revenue,
        reason,
        until,
        scope.person()
    ];
    tx.execute(queries::ADD_TIER, &kept)?;
    let mut more = More::default();
    if let Some(noun) = register.noun("client") {
        let reason = Value::Text(kept_logs::fingerprint(reason));
        more.facts.extend(
            register
                .fact(noun, "override reason")
                .map(|fact| (fact, Some(reason))),
        );
        more.facts.extend(
            register
                .fact(noun, "override end")
                .map(|fact| (fact, Some(Value::Date(day)))),
        );
    }
    search::follow(tx, client)?;
    let card = standing(tx, client)?;
    let told = (Told::Client("override-client-tier"), &more);
    step.record(tx, [step.event(event, told, &card)])?;
    let detail = serde_json::json!({ "tier": by_hand.tier, "until": until.to_string() });
    Ok(step.audit(
        tx,
        (entry, "ClientTierSetByHand"),
        ("client", client.0),
        &detail,
    )?)
}

/// Lets the revenue decide again before the last day is over.
///
/// # Errors
///
/// [`ClientError`]
pub fn drop_tier_by_hand(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    client: ClientId,
) -> Result<(), ClientError> {
    let before = held(tx, scope, client)?;
    if before.tier_until.is_none() {
        return Err(ClientError::Conflict(
            "The tier follows the revenue already.",
        ));
    }
    let over = Figures {
        until: Some(step.at),
        ..Figures::of(&before)
    };
    save(tx, client, (&before, &over), step.at)?;
    Ok(refigure(tx, step, client)?)
}

/// What is worked out of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Figures {
    revenue: Option<i64>,
    tier: Option<String>,
    because: Option<String>,
    until: Option<Instant>,
    level: Option<String>,
    engagement: Option<Engagement>,
}

impl Figures {
    fn of(client: &Client) -> Self {
        Self {
            revenue: client.card.revenue,
            tier: client.card.tier.clone(),
            because: client.tier_because.clone(),
            until: client.tier_until,
            level: client.card.engagement.clone(),
            engagement: client
                .figures
                .map(|(recency, frequency, breadth)| Engagement {
                    recency,
                    frequency,
                    breadth,
                }),
        }
    }
}

/// Works out anew what a client bought, its tier and its engagement. What changes is kept with its figures and told to the
/// journal; what does not is only marked as looked at.
///
/// # Errors
///
/// As the database says.
pub fn refigure(tx: &Write<'_>, step: &Step, id: ClientId) -> Result<(), StoreError> {
    tx.execute(queries::HOLD, &params![id])?;
    let Some(before) = tx.maybe::<Client>(queries::ANY, &params![id])? else {
        return Ok(());
    };
    let rules = &step.rules;
    let (revenue, because) = revenue(tx, rules, id, step.at)?;
    let engagement = engagement(tx, rules, (id, before.made_at), step.at)?;
    let levels = values(&rules.register, "client", "engagement");
    let by_hand = before.tier_until.is_some_and(|until| until > step.at);
    let mut now = Figures {
        revenue,
        tier: revenue.and_then(|revenue| by_revenue(rules, "tier", revenue)),
        because: revenue.map(|_| because.to_owned()),
        until: None,
        level: engagement.and_then(|figures| levels.get(figures.level(levels.len())).cloned()),
        engagement,
    };
    if by_hand {
        now.tier.clone_from(&before.card.tier);
        now.because.clone_from(&before.tier_because);
        now.until = before.tier_until;
    }
    save(tx, id, (&before, &now), step.at)?;
    let figures_stand = (
        &before.card.tier,
        before.card.revenue,
        &before.card.engagement,
    ) == (&now.tier, now.revenue, &now.level);
    let lapsed = before.tier_until.is_some() && now.until.is_none();
    if figures_stand && !lapsed {
        return Ok(());
    }
    let [entry, event, row, ..] = step.ids;
    let card = standing(tx, id)?;
    let mut more = More::default();
    let tier = rules
        .register
        .noun("client")
        .and_then(|noun| rules.register.fact(noun, "tier"));
    if now.tier.is_none() {
        more.facts.extend(tier.map(|fact| (fact, None)));
    }
    step.record(tx, [step.event(event, (Told::Facts, &more), &card)])?;
    if before.card.tier != now.tier || lapsed {
        let because = now.because.as_deref().unwrap_or("no revenue");
        let kept = params![
            row,
            id,
            step.at,
            &now.tier,
            because,
            now.revenue,
            "",
            None::<Instant>,
            None::<Id>
        ];
        tx.execute(queries::ADD_TIER, &kept)?;
        search::follow(tx, id)?;
        let detail = serde_json::json!({ "tier": now.tier, "because": because });
        step.audit(tx, (entry, "ClientTierChanged"), ("client", id.0), &detail)?;
    }
    Ok(())
}

fn save(
    tx: &Write<'_>,
    id: ClientId,
    (before, now): (&Client, &Figures),
    at: Instant,
) -> Result<(), StoreError> {
    let since = if before.card.tier == now.tier {
        before.tier_at.unwrap_or(at)
    } else {
        at
    };
    let since = now.tier.as_ref().map(|_| since);
    let engagement = now.engagement;
    tx.execute(
        queries::SET_FIGURES,
        &params![
            id,
            now.revenue,
            &now.tier,
            &now.because,
            since,
            now.until,
            &now.level,
            engagement.map(|figures| figures.recency),
            engagement.map(|figures| figures.frequency),
            engagement.map(|figures| figures.breadth),
            at,
        ],
    )?;
    Ok(())
}

/// What was bought in the window of the SOP; without any sale ever, what is agreed for the first year.
fn revenue(
    read: &Read<'_>,
    rules: &InForce,
    id: ClientId,
    at: Instant,
) -> Result<(Option<i64>, &'static str), StoreError> {
    let zone = rules.program.company_calendar().time_zone().clone();
    let today = at.timestamp().to_zoned(zone).date().to_string();
    let first = first_day(rules, at);
    let (count, sum): (i64, i64) = read.one(queries::REVENUE, &params![id, &first, &today])?;
    if count > 0 {
        return Ok((Some(sum), "revenue"));
    }
    let sold: Option<(Id,)> = read.maybe(queries::EVER_SOLD, &params![id])?;
    if sold.is_some() {
        return Ok((Some(0), "revenue"));
    }
    let agreed: Option<(i64,)> = read.maybe(queries::FIRST_YEAR, &params![id])?;
    Ok((agreed.map(|(amount,)| amount), "first year"))
}

/// What the client did itself in the last year, as the journal knows it; none: it is new, and has done nothing yet that could
/// be measured.
fn engagement(
    read: &Read<'_>,
    rules: &InForce,
    (id, made_at): (ClientId, Instant),
    at: Instant,
) -> Result<Option<Engagement>, StoreError> {
    let from = at.plus_micros(-YEAR);
    let id = id.to_string();
    let latest =
        events::latest_of_client(read, &rules.codec, (&id, &[]), events::END, MOST_EVENTS)?;
    let done: Vec<(Instant, &str)> = latest
        .iter()
        .filter(|(_, event)| {
            event.actor == OwnedActor::Client && event.at >= from && event.at <= at
        })
        .map(|(_, event)| (event.at, rules.codec.noun(event.case.0)))
        .collect();
    let is_new = done.is_empty() && at.micros_since(made_at) < NEW;
    Ok((!is_new).then(|| Engagement::of(&done, at)))
}

/// `1,200.50` as hundredths.
pub(crate) fn hundredths(text: &str) -> Option<i64> {
    let text = text.trim().replace([',', ' ', '\u{a0}'], "");
    let (whole, rest) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let figures = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !figures(whole) || !figures(rest) || rest.len() > 2 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let rest: i64 = format!("{rest:0<2}").parse().ok()?;
    whole.checked_mul(100)?.checked_add(rest)
}

/// The end of a day in the company's zone.
fn last_moment(rules: &InForce, day: &str) -> Option<Instant> {
    let day: Date = day.trim().parse().ok()?;
    let zone = rules.program.company_calendar().time_zone().clone();
    let end = day.tomorrow().ok()?.to_zoned(zone).ok()?;
    Some(Instant::from_timestamp(end.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn amounts_are_read_with_commas_and_a_point() {
        assert_eq!(hundredths("1,284,300"), Some(128_430_000));
        assert_eq!(hundredths(" 1200.5 "), Some(120_050));
        for text in ["", "abc", "-3", "1.234", "12.3.4", ".5"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }
}
