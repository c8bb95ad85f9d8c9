//! Who may call an operation, said to programs: the extension `x-access` of every operation. The authorisation matrix of the
//! tests is made of it and tried on a server, so nothing may be said here that a route does not do.

use serde_json::{Value, json};

use super::operation::Who;

/// To whom the thing exists that an operation is about. For everybody else it does not: 404, as if it were missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Everybodys,
    /// Whoever bought it.
    Buyers,
    /// Whoever runs the event.
    Organizers,
    BuyersOrOrganizers,
    /// Whoever stands at the event's door.
    Doors,
    /// An event's: everybody's once it is public, until then the organizer's.
    Events,
    /// The same where nobody is known yet, so that what is not public is nobody's.
    PublicEvents,
    /// An event's that everybody may ask for, and in which only those who run it get anything: the others are forbidden.
    Dashboards,
}

const ORGANIZERS: [&str; 2] = ["organizer", "admin"];

impl Who {
    const fn roles(self) -> &'static [&'static str] {
        const ALL: &[&str] = &["nobody", "customer", "scanner", "organizer", "admin"];
        match self {
            Self::Anyone | Self::AnyoneOrUser | Self::CookieOrToken => ALL,
            Self::Cookie | Self::User => &["customer", "scanner", "organizer", "admin"],
            Self::Scanner => &["scanner", "organizer", "admin"],
            Self::Organizer => &ORGANIZERS,
            Self::Admin => &["admin"],
            Self::Provider => &["provider"],
        }
    }

    const fn token(self) -> &'static str {
        match self {
            Self::Anyone | Self::Cookie | Self::CookieOrToken | Self::Provider => "ignored",
            Self::AnyoneOrUser => "checked",
            Self::User | Self::Scanner | Self::Organizer | Self::Admin => "needed",
        }
    }
}

/// The extension's value. `roles`: who is not refused with 401 or 403 at once. `token`: whether it is `needed`, `checked` if
/// it is sent, or `ignored`. `exists_for`: by what the caller is to the thing. `draft_exists_for`: the same while its event is
/// not public. `only_for`: others of these roles are refused with 403.
pub(super) fn access(who: Who, whose: Option<Whose>) -> Value {
    let mut access = json!({"roles": who.roles(), "token": who.token()});
    let everybody = json!(["everybody"]);
    match whose {
        None => {}
        Some(Whose::Everybodys) => access["exists_for"] = everybody,
        Some(Whose::Buyers) => access["exists_for"] = json!(["buyer"]),
        Some(Whose::Organizers) => access["exists_for"] = json!(ORGANIZERS),
        Some(Whose::BuyersOrOrganizers) => access["exists_for"] = json!(["buyer", "organizer", "admin"]),
        Some(Whose::Doors) => access["exists_for"] = json!(["scanner", "organizer", "admin"]),
        Some(Whose::Events) => {
            access["exists_for"] = everybody;
            access["draft_exists_for"] = json!(ORGANIZERS);
        }
        Some(Whose::PublicEvents) => {
            access["exists_for"] = everybody;
            access["draft_exists_for"] = json!([]);
        }
        Some(Whose::Dashboards) => {
            access["exists_for"] = everybody;
            access["only_for"] = json!(ORGANIZERS);
        }
    }
    access
}
