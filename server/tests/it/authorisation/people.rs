//! Who tries: everybody that a rule of the document tells apart.

/// Somebody who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    Nobody,
    /// Nobody either, with a token that only looks like one.
    BadToken,
    /// Who has held, ordered and bought what is asked for.
    Buyer,
    OtherBuyer,
    /// Whose event it is.
    Organizer,
    OtherOrganizer,
    /// Who stands at the event's door.
    Scanner,
    /// Who stands at another one.
    OtherScanner,
    Admin,
}

impl Caller {
    pub(crate) const ALL: [Self; 9] = [
        Self::Nobody,
        Self::BadToken,
        Self::Buyer,
        Self::OtherBuyer,
        Self::Organizer,
        Self::OtherOrganizer,
        Self::Scanner,
        Self::OtherScanner,
        Self::Admin,
    ];
    /// The same, those first whom things belong to: what can be done once is done by them.
    pub(crate) const BY_RIGHTS: [Self; 9] = [
        Self::Buyer,
        Self::Scanner,
        Self::Organizer,
        Self::Admin,
        Self::OtherBuyer,
        Self::OtherOrganizer,
        Self::OtherScanner,
        Self::Nobody,
        Self::BadToken,
    ];

    /// As the table calls them.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::BadToken => "bad token",
            Self::Buyer => "buyer",
            Self::OtherBuyer => "other buyer",
            Self::Organizer => "organizer",
            Self::OtherOrganizer => "other organizer",
            Self::Scanner => "scanner",
            Self::OtherScanner => "other scanner",
            Self::Admin => "admin",
        }
    }

    pub(crate) const fn role(self) -> &'static str {
        match self {
            Self::Nobody | Self::BadToken => "nobody",
            Self::Buyer | Self::OtherBuyer => "customer",
            Self::Organizer | Self::OtherOrganizer => "organizer",
            Self::Scanner | Self::OtherScanner => "scanner",
            Self::Admin => "admin",
        }
    }

    /// What they are to the things of the scene.
    pub(crate) const fn relation(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Organizer => "organizer",
            Self::Scanner => "scanner",
            Self::Admin => "admin",
            Self::Nobody | Self::BadToken | Self::OtherBuyer | Self::OtherOrganizer | Self::OtherScanner => "stranger",
        }
    }
}
