//! What is written on a request, in whole sentences.

use jiff::tz::TimeZone;
use kept_kernel::Instant;

use super::topics::{DEVICES, SITES, Topic};
use crate::random::Random;

/// Who writes about what.
pub(super) struct Matter {
    topic: Topic,
    device: &'static str,
    site: &'static str,
    number: i64,
    mark: String,
    contact: String,
    zone: TimeZone,
}

impl Matter {
    pub(super) fn new(
        random: &mut Random,
        topics: &[Topic],
        (mark, contact): (String, String),
        zone: &TimeZone,
    ) -> Option<Self> {
        let topic = *topics.get(random.below(topics.len()))?;
        Some(Self {
            topic,
            device: random.word(DEVICES),
            site: random.word(SITES),
            number: random.between(20_140, 98_760),
            mark,
            contact,
            zone: zone.clone(),
        })
    }

    fn filled(&self, text: &str) -> String {
        let text = text
            .replace("{device}", self.device)
            .replace("{site}", self.site)
            .replace("{n}", &self.number.to_string());
        let mut letters = text.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    }

    pub(super) fn subject(&self) -> String {
        self.filled(self.topic.subject)
    }

    pub(super) fn cause(&self) -> String {
        self.filled(self.topic.cause)
    }

    pub(super) fn resolution(&self) -> String {
        self.filled(self.topic.done)
    }

    fn when(&self, at: Instant) -> String {
        let at = at.timestamp().to_zoned(self.zone.clone());
        at.strftime("%A %-d %B, %H:%M").to_string()
    }

    /// The first words of the client.
    pub(super) fn first(&self, channel: &str) -> String {
        let body = self.filled(self.topic.body);
        match channel {
            "email" | "letter" => format!("Hello,\n\n{body}\n\nKind regards  \n{}", self.contact),
            _ => body,
        }
    }

    fn signed(&self, who: Option<&str>, text: &str) -> String {
        let greeting = self.contact.split(' ').next().unwrap_or_default();
        match who {
            Some(who) => format!("Dear {greeting},\n\n{text}\n\nKind regards  \n{who}"),
            None => text.to_owned(),
        }
    }

    pub(super) fn receipt(
        &self,
        who: Option<&str>,
        (done, news): (Option<Instant>, Option<Instant>),
    ) -> String {
        let next = match (done, news) {
            (Some(done), _) => format!("We expect to be done by {}.", self.when(done)),
            (None, Some(news)) => format!("You hear from us again by {}.", self.when(news)),
            (None, None) => {
                "We cannot say yet when we are done, and will write as soon as we can.".to_owned()
            }
        };
        let text = format!(
            "Thank you, we have your request “{}”. Its number is {}. {next}",
            self.subject(),
            self.mark
        );
        self.signed(who, &text)
    }

    pub(super) fn question(&self, who: Option<&str>) -> String {
        let text = format!(
            "Thank you for your patience. So that we can go on: {}",
            self.filled(self.topic.ask)
        );
        self.signed(who, &text)
    }

    pub(super) fn reply(&self) -> String {
        self.filled(self.topic.reply)
    }

    pub(super) fn news(&self, who: Option<&str>, done: Option<Instant>, late: bool) -> String {
        let sorry = if late {
            "We have not kept the time that we gave you, and are sorry for it. "
        } else {
            ""
        };
        let text = match done {
            Some(done) => format!(
                "{sorry}We are at work on {}, and now expect to be done by {}.",
                self.mark,
                self.when(done)
            ),
            None => format!(
                "{sorry}We are still at work on {}. What we know so far: {} We write again as soon as there is more.",
                self.mark,
                self.cause()
            ),
        };
        self.signed(who, &text)
    }

    pub(super) fn answer(&self, who: Option<&str>) -> String {
        self.signed(who, &format!("{} {}", self.cause(), self.resolution()))
    }

    pub(super) fn notice(&self, resolution: &str) -> String {
        format!(
            "We have done what you asked for in {}, “{}”.\n\n{resolution}\n\nPlease tell us whether this settles it. If we hear nothing from you for five working days, we close it.",
            self.mark,
            self.subject()
        )
    }
}

/// The client is not content yet.
pub(super) fn again(random: &mut Random) -> &'static str {
    random.word("I am afraid it is back since this morning, exactly as before. Could you have another look?|Thank you, but that is only half of it: the second device still does the same.|It worked for an hour. Now we are where we were.")
}

/// The client is content.
pub(super) fn thanks(random: &mut Random) -> &'static str {
    random.word("Thank you, that settles it.|Works again, thank you for the quick help.|All is well, you can close it. Best wishes to the team.|Confirmed, thank you.|Perfect, thanks.")
}
