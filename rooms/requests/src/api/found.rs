//! Requests by their words, for programs: as the search finds them, narrowed by what else is asked.

use kept_accounts::access::Scope;
use kept_api::{Cursor, PageOf};
use kept_kernel::{Id, Instant};
use kept_search::{Query, Reach, find};
use kept_store::{Read, StoreError};

use super::body::{RequestBody, body};
use crate::model::Request;
use crate::queries::{self, Asked, Listed};
use crate::search::KIND;

/// A page of what some words find. `from` is where it goes on.
pub(super) fn page(
    read: &Read<'_>,
    scope: &Scope,
    (words, from): (&str, Option<i64>),
    asked: &Asked,
) -> Result<PageOf<RequestBody>, StoreError> {
    let reach = Reach::of(&scope.params());
    // One more is asked for where a list is cut; the search says by itself whether there is more.
    let limit = asked.limit.saturating_sub(1).max(1) as usize;
    let hits = find(read, &Query::parse(words), (KIND, &reach), from, limit)?;
    let mut items = Vec::new();
    for hit in hits.hits {
        let id = crate::model::RequestId(hit.record);
        let Some(request) = queries::one(read, scope, id)? else {
            continue;
        };
        let tags = queries::tags(read, id)?;
        if holds(asked, &request, &tags) {
            items.push(body(&request, &tags));
        }
    }
    let next = hits.next.map(|number| Cursor {
        at: Instant::from_micros(number),
        id: Id::default(),
    });
    Ok(PageOf {
        items,
        next: next.map(Cursor::text),
    })
}

/// Whether the view has it, narrowed as asked.
fn holds(asked: &Asked, one: &Request, tags: &[String]) -> bool {
    let filter = &asked.filter;
    let is = |asked: &str, value: Option<&str>| asked.is_empty() || Some(asked) == value;
    let open = one.closed_at.is_none();
    let awake = one.snoozed_until <= asked.now;
    let in_view = match asked.listed {
        Listed::All => true,
        Listed::Closed => !open,
        Listed::Open => open && awake,
        Listed::Mine => open && awake && one.assignee.is_some() && one.assignee == asked.me,
        Listed::Unassigned => open && awake && one.assignee.is_none(),
        Listed::Overdue => open && one.due_at < asked.now,
        Listed::Waiting => open && one.waiting_since.is_some(),
        Listed::Snoozed => open && !awake,
    };
    in_view
        && is(&filter.state, Some(one.state().name()))
        && is(&filter.category, one.category.as_deref())
        && is(&filter.priority, one.priority.as_deref())
        && is(&filter.channel, Some(&one.channel))
        && (filter.tag.is_empty() || tags.contains(&filter.tag))
        && filter.client.is_none_or(|client| client == one.client)
        && (filter.team.is_none() || filter.team == one.team)
        && (filter.assignee.is_none() || filter.assignee == one.assignee)
}
