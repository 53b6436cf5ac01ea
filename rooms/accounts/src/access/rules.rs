//! The table of rights.

use std::fmt;

/// Relations through which a person reaches a record, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Reach(u8);

impl Reach {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Records that name the person as responsible.
    pub const OWN: Self = Self(1);
    /// Records that the person is assigned to: clients of their account team.
    pub const ASSIGNED: Self = Self(2);
    /// Records of the person's team.
    pub const TEAM: Self = Self(4);
    /// All records.
    pub const EVERYONE: Self = Self(8);
    /// Own and assigned ones.
    pub const MINE: Self = Self(3);
    /// Own ones, and those of the team; not those that are merely assigned.
    pub const LED: Self = Self(5);
    /// Own and assigned ones, and those of the team.
    pub const OURS: Self = Self(7);

    /// Whether a relation is in it.
    pub const fn has(self, relation: Self) -> bool {
        self.0 & relation.0 != 0
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has(Self::EVERYONE) {
            return out.write_str("all");
        }
        let names = [
            (Self::OWN, "own"),
            (Self::ASSIGNED, "assigned"),
            (Self::TEAM, "team"),
        ];
        let mut rest = names
            .into_iter()
            .filter(|(relation, _)| self.has(*relation));
        if let Some((_, name)) = rest.next() {
            out.write_str(name)?;
        }
        rest.try_for_each(|(_, name)| write!(out, ", {name}"))
    }
}

macro_rules! actions {
    ($($(#[$note:meta])* $variant:ident $name:literal $says:literal,)+) => {
        /// Something that a person or a program may be allowed to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$note])* $variant),+ }

        impl Action {
            /// All of them, in the order of the matrix.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name, also as the scope of a token: `read-clients`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it is, in words.
            pub const fn says(self) -> &'static str {
                match self { $(Self::$variant => $says),+ }
            }
        }
    };
}

actions! {
    /// Read a client's record and all that hangs on it.
    ReadClients "read-clients" "Read a client's record and all that hangs on it",
    /// Change a client's record.
    EditClients "edit-clients" "Change a client's record",
    /// Read requests and their threads.
    ReadRequests "read-requests" "Read requests and their threads",
    /// Take, answer, escalate and close requests.
    HandleRequests "handle-requests" "Take, answer, escalate and close requests",
    /// Give requests and duties to others.
    AssignWork "assign-work" "Give requests and duties to others",
    /// Work on complaints, conflicts and feedback cases.
    HandleCases "handle-cases" "Work on complaints, conflicts and feedback cases",
    /// Lead onboardings and projects.
    LeadOnboarding "lead-onboarding" "Lead onboardings and projects",
    /// Record sales, offers and referrals.
    RecordSales "record-sales" "Record sales, offers and referrals",
    /// See figures and adherence with the cases behind them.
    ReadAdherence "read-adherence" "See adherence with the cases behind each figure",
    /// See reports.
    ReadReports "read-reports" "See reports",
    /// Read the SOPs in force.
    ReadSops "read-sops" "Read the SOPs in force, and propose changes",
    /// Draft versions of SOPs and fill their blanks.
    EditSops "edit-sops" "Draft versions of SOPs and fill their blanks",
    /// Approve versions of SOPs.
    ApproveSops "approve-sops" "Approve versions of SOPs",
    /// Read announcements.
    ReadAnnouncements "read-announcements" "Read announcements, and confirm to have read them",
    /// Post announcements.
    PostAnnouncements "post-announcements" "Post announcements, and see who has read them",
    /// Read templates.
    ReadTemplates "read-templates" "Read the texts to begin with",
    /// Write templates.
    WriteTemplates "write-templates" "Write the texts to begin with, and take them out of use",
    /// Approve templates.
    ApproveTemplates "approve-templates" "Approve texts that somebody else has written",
    /// Check closed requests.
    CheckQuality "check-quality" "Check closed requests and record findings",
    /// Decide on violations.
    DecideConduct "decide-conduct" "Decide on violations",
    /// Plan training and record attendance.
    LeadTraining "lead-training" "Plan training and record attendance",
    /// See who read and changed what.
    AuditRecords "audit-records" "See who read and changed what, and run privacy audits",
    /// Take data out.
    ExportRecords "export-records" "Export records",
    /// Bring a foreign history in.
    ImportHistory "import-history" "Import a history and undo an import",
    /// Erase a client.
    EraseClients "erase-clients" "Erase a client, together with a second person",
    /// Manage people, teams and roles.
    ManageAccounts "manage-accounts" "Manage people, teams, roles and tokens",
    /// Change the settings of the company.
    Configure "configure" "Change the settings of the company",
    /// Take access to one client in an emergency.
    OpenInEmergency "open-in-emergency" "Open one client's record in an emergency, with a reason",
}

impl Action {
    /// The action of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }

    /// Whether access in an emergency is for this.
    pub(crate) const fn reads_clients(self) -> bool {
        matches!(self, Self::ReadClients | Self::ReadRequests)
    }
}

/// The roles of the SOPs that ship, and the administrator. A company's own role reaches what `employee` does.
pub const SHIPPED_ROLES: [&str; 16] = [
    "client-service-representative",
    "account-manager",
    "technical-support",
    "sop-supervisor",
    "client-relations-manager",
    "onboarding-specialist",
    "salesperson",
    "sales-manager",
    "specialised-customer-service-team",
    "quality-control",
    "conflict-resolution-team",
    "management",
    "approver",
    "data-auditor",
    "administrator",
    "employee",
];

use Reach as R;

/// What each role may do, and over which records. Whoever works here is an `employee` beside their other roles.
pub const RULES: &[(&str, &[(Action, Reach)])] = &[
    (
        "employee",
        &[
            (Action::ReadSops, R::EVERYONE),
            (Action::ReadAnnouncements, R::MINE),
            (Action::ReadTemplates, R::EVERYONE),
        ],
    ),
    (
        "client-service-representative",
        &[
            // Any client may call or write: whoever answers must find them.
            (Action::ReadClients, R::EVERYONE),
            (Action::EditClients, R::EVERYONE),
            (Action::ReadRequests, R::EVERYONE),
            (Action::HandleRequests, R::EVERYONE),
            (Action::HandleCases, R::MINE),
            (Action::ReadAdherence, R::OWN),
            (Action::WriteTemplates, R::EVERYONE),
        ],
    ),
    (
        "account-manager",
        &[
            (Action::ReadClients, R::OURS),
            (Action::EditClients, R::MINE),
            (Action::ReadRequests, R::OURS),
            (Action::HandleRequests, R::OURS),
            (Action::AssignWork, R::OURS),
            (Action::HandleCases, R::OURS),
            (Action::LeadOnboarding, R::MINE),
            (Action::RecordSales, R::MINE),
            (Action::ReadAdherence, R::OURS),
            (Action::OpenInEmergency, R::EVERYONE),
            (Action::WriteTemplates, R::EVERYONE),
        ],
    ),
    (
        "technical-support",
        &[
            (Action::ReadClients, R::ASSIGNED),
            (Action::ReadRequests, R::OURS),
            (Action::HandleRequests, R::OURS),
            (Action::ReadAdherence, R::OWN),
            (Action::OpenInEmergency, R::EVERYONE),
        ],
    ),
    (
        "sop-supervisor",
        &[
            // Adherence is judged by the cases behind it.
            (Action::ReadRequests, R::EVERYONE),
            (Action::ReadAdherence, R::EVERYONE),
            (Action::ReadReports, R::EVERYONE),
            (Action::EditSops, R::EVERYONE),
            (Action::LeadTraining, R::EVERYONE),
            (Action::ImportHistory, R::EVERYONE),
            (Action::ReadAnnouncements, R::EVERYONE),
            (Action::PostAnnouncements, R::EVERYONE),
            (Action::WriteTemplates, R::EVERYONE),
            (Action::ApproveTemplates, R::EVERYONE),
        ],
    ),
    (
        "client-relations-manager",
        &[
            (Action::ReadClients, R::OURS),
            (Action::EditClients, R::OURS),
            (Action::ReadRequests, R::OURS),
            (Action::AssignWork, R::OURS),
            (Action::LeadOnboarding, R::OURS),
            (Action::ReadAdherence, R::OURS),
            (Action::OpenInEmergency, R::EVERYONE),
            (Action::ReadAnnouncements, R::OURS),
            (Action::PostAnnouncements, R::LED),
            (Action::WriteTemplates, R::EVERYONE),
            (Action::ApproveTemplates, R::EVERYONE),
        ],
    ),
    (
        "onboarding-specialist",
        &[
            (Action::ReadClients, R::MINE),
            (Action::EditClients, R::MINE),
            (Action::ReadRequests, R::MINE),
            (Action::LeadOnboarding, R::MINE),
            (Action::ReadAdherence, R::OWN),
            (Action::OpenInEmergency, R::EVERYONE),
        ],
    ),
    (
        "salesperson",
        &[
            (Action::ReadClients, R::MINE),
            (Action::EditClients, R::MINE),
            (Action::ReadRequests, R::MINE),
            (Action::RecordSales, R::MINE),
            (Action::ReadAdherence, R::OWN),
        ],
    ),
    (
        "sales-manager",
        &[
            (Action::ReadClients, R::OURS),
            (Action::EditClients, R::OURS),
            (Action::ReadRequests, R::OURS),
            (Action::AssignWork, R::OURS),
            (Action::RecordSales, R::OURS),
            (Action::ReadAdherence, R::OURS),
            (Action::ReadReports, R::EVERYONE),
            (Action::OpenInEmergency, R::EVERYONE),
            (Action::ReadAnnouncements, R::OURS),
            (Action::PostAnnouncements, R::LED),
            (Action::WriteTemplates, R::EVERYONE),
            (Action::ApproveTemplates, R::EVERYONE),
        ],
    ),
    (
        "specialised-customer-service-team",
        &[
            (Action::ReadClients, R::OURS),
            (Action::ReadRequests, R::OURS),
            (Action::HandleRequests, R::OURS),
            (Action::HandleCases, R::OURS),
            (Action::ReadAdherence, R::OWN),
            (Action::OpenInEmergency, R::EVERYONE),
        ],
    ),
    (
        "quality-control",
        &[
            (Action::ReadRequests, R::EVERYONE),
            (Action::CheckQuality, R::EVERYONE),
            (Action::ReadAdherence, R::EVERYONE),
        ],
    ),
    (
        "conflict-resolution-team",
        &[
            (Action::ReadClients, R::OURS),
            (Action::ReadRequests, R::OURS),
            (Action::HandleCases, R::EVERYONE),
            (Action::ReadAdherence, R::OWN),
            (Action::OpenInEmergency, R::EVERYONE),
        ],
    ),
    (
        "management",
        &[
            (Action::ReadClients, R::EVERYONE),
            (Action::ReadRequests, R::EVERYONE),
            (Action::AssignWork, R::EVERYONE),
            (Action::HandleCases, R::EVERYONE),
            (Action::ReadAdherence, R::EVERYONE),
            (Action::ReadReports, R::EVERYONE),
            (Action::DecideConduct, R::EVERYONE),
            (Action::ExportRecords, R::EVERYONE),
            (Action::EraseClients, R::EVERYONE),
            (Action::ReadAnnouncements, R::EVERYONE),
            (Action::PostAnnouncements, R::EVERYONE),
            (Action::WriteTemplates, R::EVERYONE),
            (Action::ApproveTemplates, R::EVERYONE),
        ],
    ),
    (
        "approver",
        &[
            (Action::ReadAdherence, R::EVERYONE),
            (Action::ApproveSops, R::EVERYONE),
            (Action::ApproveTemplates, R::EVERYONE),
        ],
    ),
    (
        "data-auditor",
        &[
            (Action::AuditRecords, R::EVERYONE),
            (Action::EraseClients, R::EVERYONE),
        ],
    ),
    (
        "administrator",
        &[
            // Keeps the system running, and needs to know no client for it.
            (Action::ManageAccounts, R::EVERYONE),
            (Action::Configure, R::EVERYONE),
            (Action::ImportHistory, R::EVERYONE),
            (Action::AuditRecords, R::EVERYONE),
            (Action::PostAnnouncements, R::EVERYONE),
            (Action::ReadAnnouncements, R::EVERYONE),
        ],
    ),
];

/// How far these roles together reach with an action.
pub(super) fn reach(action: Action, roles: &[String]) -> Reach {
    let granted = RULES
        .iter()
        .filter(|(role, _)| {
            *role == crate::model::EMPLOYEE || roles.iter().any(|mine| mine == role)
        })
        .flat_map(|(_, grants)| *grants)
        .filter(|(granted, _)| *granted == action);
    granted.fold(Reach::NONE, |reach, (_, more)| reach.and(*more))
}
