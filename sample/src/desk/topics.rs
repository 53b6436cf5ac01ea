//! What clients of the made-up company write about, and what its people find and do. The company makes and calibrates
//! measuring instruments, so clients ask about readings, certificates, deliveries, invoices and accounts.
//!
//! `{device}`, `{site}` and `{n}` are filled in for each request.

/// A matter that clients write about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Topic {
    /// As it stands in the queue.
    pub(crate) subject: &'static str,
    /// What the client writes.
    pub(crate) body: &'static str,
    /// What we ask back.
    pub(crate) ask: &'static str,
    /// What the client answers to that.
    pub(crate) reply: &'static str,
    /// What it turned out to be, or how it stands.
    pub(crate) cause: &'static str,
    /// What was done in the end.
    pub(crate) done: &'static str,
}

const fn topic(
    [subject, body]: [&'static str; 2],
    [ask, reply]: [&'static str; 2],
    [cause, done]: [&'static str; 2],
) -> Topic {
    Topic {
        subject,
        body,
        ask,
        reply,
        cause,
        done,
    }
}

pub(crate) const DEVICES: &str = "HM-200 logger|HM-350 flow meter|Lumen 4 photometer|Tarn pressure gauge|Corvid bench scale|Otter humidity probe|HM-90 thermometer|Sable torque tester";
pub(crate) const SITES: &str = "the north hall|building 3|the cold store|the test bay|the warehouse in Olten|our second line|the laboratory|the goods-in desk";

/// The matters of a category.
pub(crate) fn of(category: &str) -> &'static [Topic] {
    match category {
        "problem" => &PROBLEMS,
        "order" => &ORDERS,
        "change" => &CHANGES,
        "billing" => &BILLS,
        "access" => &ACCESS,
        _ => &QUESTIONS,
    }
}

const QUESTIONS: [Topic; 7] = [
    topic(
        [
            "How often does the {device} need calibration?",
            "Our auditor asks in which interval the {device} in {site} has to be calibrated. Is there a document that says so?",
        ],
        [
            "Do you use it under an accredited procedure, or for monitoring only? The interval differs.",
            "It is for monitoring only, nothing accredited.",
        ],
        [
            "The interval depends on the use; the data sheet leaves it open.",
            "Sent the calibration guide: every twelve months for monitoring, every six under an accredited procedure.",
        ],
    ),
    topic(
        [
            "Can two {device}s share one gateway?",
            "We would like to put a second {device} into {site}. Can it share the gateway with the first, or do we need another one?",
        ],
        [
            "Which firmware does the gateway show on its label page?",
            "It says 3.2.",
        ],
        [
            "Firmware 3.2 takes up to eight devices.",
            "Confirmed that one gateway is enough, with the steps for pairing the second device.",
        ],
    ),
    topic(
        [
            "Which certificate comes with the {device}?",
            "We ordered a {device} last month. Which certificate comes with it, and where do we download it?",
        ],
        [
            "Could you send us the serial number from the back of the device?",
            "It is HM{n}, sorry that I left it out.",
        ],
        [
            "The certificate was filed under the old serial number.",
            "Filed the certificate under the right serial number and sent the link.",
        ],
    ),
    topic(
        [
            "May the {device} be stored below freezing?",
            "{site} goes down to minus ten in winter. Does that harm the {device} while it is switched off?",
        ],
        [
            "For how long would it stay that cold, hours or weeks?",
            "A week at most, usually over a long weekend.",
        ],
        [
            "Storage down to minus twenty is fine; the battery should be taken out.",
            "Explained the limits for storage and sent the data sheet.",
        ],
    ),
    topic(
        [
            "Who is our contact while your office is closed?",
            "We have a shutdown planned over the holidays and may need help with {site}. Whom do we call?",
        ],
        [
            "On which days is the work planned?",
            "From the 27th to the 30th.",
        ],
        [
            "The emergency line is staffed on all four days.",
            "Sent the emergency number and noted the dates on the record.",
        ],
    ),
    topic(
        [
            "Export of readings to a spreadsheet",
            "Is there a way to export the readings of the {device} for a whole quarter at once? Month by month takes us a morning.",
        ],
        [
            "Do you need every reading, or are hourly means enough?",
            "Hourly means are enough for us.",
        ],
        [
            "The export for a quarter exists, under reports.",
            "Showed where the quarterly export is and set it up as a monthly mail.",
        ],
    ),
    topic(
        [
            "Training for new colleagues",
            "Two people have joined us in {site}. Do you offer an introduction to the {device}, and what does it cost?",
        ],
        [
            "Would an online session do, or should we come to you?",
            "Online is fine, mornings are best.",
        ],
        [
            "The introduction is part of the service agreement.",
            "Booked an online introduction for two; there is no charge.",
        ],
    ),
];

const PROBLEMS: [Topic; 8] = [
    topic(
        [
            "{device} shows no readings since this morning",
            "The {device} in {site} has shown no readings since about six this morning. We have switched it off and on again, without success.",
        ],
        [
            "Does the light beside the power socket blink, and in which colour?",
            "It blinks orange, about twice a second.",
        ],
        [
            "The gateway had lost its network address after a power cut.",
            "Gave the gateway a fixed address; readings are back, and those of the morning were stored on the device.",
        ],
    ),
    topic(
        [
            "Readings of the {device} jump",
            "Since the weekend the {device} jumps by up to eight percent between two readings. The process itself is steady, we checked it by hand.",
        ],
        [
            "Was anything changed near the sensor, such as a motor or a cable?",
            "A frequency converter was put in on Saturday, about a metre away.",
        ],
        [
            "The new converter disturbs the cable of the sensor.",
            "Sent a shielded cable and had it fitted; a day of readings shows no jump.",
        ],
    ),
    topic(
        [
            "Alarm mails come twice",
            "Every alarm of the {device} reaches us twice, a few seconds apart. At night that wakes two people instead of one.",
        ],
        [
            "Do both mails have the same number in the subject?",
            "No, the second number is one higher.",
        ],
        [
            "Two alarm rules were set for the same limit.",
            "Merged the two alarm rules and tested with an alarm at noon: one mail.",
        ],
    ),
    topic(
        [
            "{device} will not start after the update",
            "We installed the update as the mail said. Now the {device} in {site} stays on the start screen.",
        ],
        [
            "Which version stands at the bottom of the start screen?",
            "4.1.0, and a small b behind it.",
        ],
        [
            "Version 4.1.0b does not start with an empty memory card.",
            "Installed 4.1.1 from a card that we sent by courier; the device starts and has kept its settings.",
        ],
    ),
    topic(
        [
            "Report of last month is empty",
            "The monthly report for {site} came in this morning, but all its tables are empty. We need it for the audit.",
        ],
        [
            "Until when do you need the report?",
            "The auditor comes on Thursday.",
        ],
        [
            "The site was renamed in the middle of the month, and the report looked for its old name.",
            "Ran the report again under the new name and corrected the schedule.",
        ],
    ),
    topic(
        [
            "Battery of the {device} is flat after two days",
            "The battery of the {device} used to last for a month. Now it is flat after two days.",
        ],
        [
            "How often does it send, as far as you know?",
            "We set it to once a minute in spring.",
        ],
        [
            "Sending once a minute in a place with poor reception empties the battery.",
            "Set the interval to ten minutes with an alarm in between, and sent a new battery.",
        ],
    ),
    topic(
        [
            "Display of the {device} is cracked",
            "The display of the {device} in {site} is cracked, it must have been the forklift. It still measures. Can it be repaired?",
        ],
        [
            "Can you do without it for three working days, or do you need a loan device?",
            "We need a loan device, please.",
        ],
        [
            "The display can be exchanged; the sensor is not harmed.",
            "Sent a loan device, exchanged the display and calibrated the device anew.",
        ],
    ),
    topic(
        [
            "Time of the readings is an hour off",
            "Since the change of the clocks the readings of {site} are an hour off. The curves no longer match our shift book.",
        ],
        [
            "Is it all devices of that site, or only the {device}?",
            "Only that one.",
        ],
        [
            "The device had its time set by hand and does not follow the change of the clocks.",
            "Set it to network time and corrected the readings since Sunday.",
        ],
    ),
];

const ORDERS: [Topic; 5] = [
    topic(
        [
            "Order of four more {device}s",
            "Please send us four more {device}s for {site}, at the conditions of our agreement. Our number is PO-{n}.",
        ],
        [
            "Do you need them calibrated, or as they come?",
            "Calibrated, with a certificate for each.",
        ],
        [
            "All four are in stock; the calibration takes two days.",
            "Shipped four devices with their certificates under PO-{n}.",
        ],
    ),
    topic(
        [
            "Spare parts for the {device}",
            "We need two seals and a set of screws for the {device}. The part numbers are worn off.",
        ],
        [
            "Could you send a photo of the seal beside a ruler?",
            "Here it is, 38 millimetres across.",
        ],
        [
            "It is the seal of the older housing, which we still keep.",
            "Sent two seals and the screws free of charge.",
        ],
    ),
    topic(
        [
            "When does our delivery PO-{n} arrive?",
            "PO-{n} was announced for this week. We need the {device} before the installers leave on Friday.",
        ],
        [
            "Is goods-in open on Friday morning as well?",
            "Yes, from seven.",
        ],
        [
            "The carrier had it on the wrong tour.",
            "Had it put on an express tour; it was signed for at goods-in.",
        ],
    ),
    topic(
        [
            "Exchange of a {device} under warranty",
            "The {device} that we bought in spring has failed. We would like to have it exchanged under warranty.",
        ],
        ["Which serial number does it have?", "HM{n}."],
        [
            "It is within the warranty, and the fault is a known one.",
            "Sent a new device and collected the old one.",
        ],
    ),
    topic(
        [
            "Quotation for ten {device}s",
            "For the new line in {site} we plan with ten {device}s. Could you send us a quotation, also for the service?",
        ],
        [
            "Should the service cover the yearly calibration as well?",
            "Yes, please show it as a line of its own.",
        ],
        [
            "The framework agreement gives a better price from eight devices on.",
            "Sent the quotation with the service as a line of its own.",
        ],
    ),
];

const CHANGES: [Topic; 5] = [
    topic(
        [
            "Move the {device} to {site}",
            "We want to move the {device} to {site} next month. What has to be changed in the system, and can you do it?",
        ],
        [
            "Should the old readings go with it, or stay with the old place?",
            "They should stay with the old place.",
        ],
        [
            "It takes a new measuring point; the agreement covers it.",
            "Set up the new measuring point and moved the device; old readings stay where they were.",
        ],
    ),
    topic(
        [
            "New limits for the alarms",
            "Our quality department has set new limits for {site}: 2 to 8 degrees, with an alarm after fifteen minutes.",
        ],
        [
            "Should the alarm also go to the weekend number?",
            "Yes, to the same people.",
        ],
        [
            "The limits are covered by the agreement.",
            "Entered the new limits and tested the alarm with the client on the line.",
        ],
    ),
    topic(
        [
            "Postpone the calibration visit",
            "The visit that is planned for {site} falls into our stocktaking. Can it be two weeks later?",
        ],
        [
            "Would the Tuesday or the Thursday suit you better?",
            "Thursday, from nine.",
        ],
        [
            "The technician is free that Thursday.",
            "Moved the visit to Thursday and sent the new confirmation.",
        ],
    ),
    topic(
        [
            "Report in French as well",
            "Our colleagues in Lyon would like the monthly report of {site} in French. Is that possible?",
        ],
        ["For all sites, or for this one alone?", "This one alone."],
        [
            "The report exists in French; it had to be added to the schedule.",
            "Added the French report to the schedule, beginning with this month.",
        ],
    ),
    topic(
        [
            "One more measuring point for {site}",
            "We have built a second room beside {site}. Please add a measuring point for it to our plan.",
        ],
        [
            "Which range should the point have?",
            "The same as the first.",
        ],
        [
            "One point is left in the agreement.",
            "Added the measuring point and sent the label for the door.",
        ],
    ),
];

const BILLS: [Topic; 5] = [
    topic(
        [
            "Invoice {n} is wrong",
            "Invoice {n} has the {device} twice, but we received one. Please check.",
        ],
        [
            "Does the delivery note show one or two?",
            "One, I have added a copy.",
        ],
        [
            "The second line belongs to another client's order.",
            "Cancelled invoice {n} and sent a correct one.",
        ],
    ),
    topic(
        [
            "Please add our order number to invoice {n}",
            "Our system does not take invoice {n} without an order number. It should say PO-{n}.",
        ],
        [
            "Should the number be on all later invoices of this project?",
            "Yes, please.",
        ],
        [
            "The order number was missing in the project.",
            "Sent invoice {n} again with the order number, and entered it in the project.",
        ],
    ),
    topic(
        [
            "Reminder although we have paid",
            "We got a reminder for invoice {n}, which we paid three weeks ago.",
        ],
        [
            "On which day did it leave your account?",
            "On the 4th, the advice is attached.",
        ],
        [
            "The payment had been booked to another invoice of the same amount.",
            "Booked the payment to invoice {n} and withdrew the reminder.",
        ],
    ),
    topic(
        [
            "Separate invoices for two cost centres",
            "Could you split the service fee between our two cost centres from the next quarter on?",
        ],
        [
            "In equal halves?",
            "Sixty to forty, the larger part for production.",
        ],
        [
            "Split fees are possible from the next quarter on.",
            "Split the fee sixty to forty from the next quarter on.",
        ],
    ),
    topic(
        [
            "Question about the price adjustment",
            "The service fee for {site} went up by four percent. Is that what the agreement says?",
        ],
        [
            "Do you mean the fee of this quarter, or the one announced for the next?",
            "The one announced for the next.",
        ],
        [
            "The agreement ties the fee to the price index, three percent at most.",
            "Corrected the adjustment to three percent and apologised.",
        ],
    ),
];

const ACCESS: [Topic; 5] = [
    topic(
        [
            "Cannot sign in to the portal",
            "I cannot sign in since this morning. It says that my password has expired, but the mail for a new one does not come.",
        ],
        [
            "Did your address change, or is there a rule in your mail system for our messages?",
            "We moved to a new domain last week.",
        ],
        [
            "The account still had the old domain.",
            "Changed the address after a call to the number we have on record; signing in works.",
        ],
    ),
    topic(
        [
            "Access for a new colleague",
            "Please give our new colleague access to the readings of {site}. She only needs to read.",
        ],
        [
            "May we have her work address, and until when she needs it?",
            "I have sent the address; there is no end date.",
        ],
        [
            "The request came from somebody who may give access.",
            "Gave access to the readings of the site, to read only.",
        ],
    ),
    topic(
        [
            "Remove the access of a former colleague",
            "A colleague has left us at the end of the month. Please close his account today.",
        ],
        [
            "Should his reports go on to somebody else?",
            "To me, please.",
        ],
        [
            "The account had two scheduled reports.",
            "Closed the account and handed its two reports over.",
        ],
    ),
    topic(
        [
            "Second step does not accept the code",
            "The code of my telephone is refused, every time. I need the readings of {site} for a meeting at two.",
        ],
        [
            "Is the clock of your telephone set by hand?",
            "Yes, it was three minutes fast.",
        ],
        [
            "The clock of the telephone was three minutes fast.",
            "Had the clock set to automatic; the code is accepted.",
        ],
    ),
    topic(
        [
            "API key for our control system",
            "Our control system should fetch the readings of the {device}. Could you give us a key that can only read?",
        ],
        [
            "From which address will the system ask?",
            "From one fixed address, I have sent it by the portal.",
        ],
        [
            "Keys for reading are part of the agreement.",
            "Made a key for reading, bound to the address, and sent it in two parts.",
        ],
    ),
];
