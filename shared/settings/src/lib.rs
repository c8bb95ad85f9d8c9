//! The settings of every Frontrow process.
//!
//! One commented file, [`DEFAULTS`], is the default and the documentation; a file named by `FRONTROW_CONFIG` and the
//! environment (`FRONTROW__SECTION__KEY`) override it. Unknown keys are refused, and everything is checked before
//! anything listens.

mod production;
mod telemetry;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use ipnet::IpNet;
use serde::Deserialize;

pub use telemetry::init as init_telemetry;

/// The default settings, as text with comments.
pub const DEFAULTS: &str = include_str!("default.toml");

/// Every setting; see [`DEFAULTS`] for what each means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents every key, next to its default")]
pub struct Settings {
    pub profile: Profile,
    pub engine: Engine,
    pub server: Server,
    pub embedded: Embedded,
    pub redis: Redis,
    pub mongo: Mongo,
    pub kafka: Kafka,
    pub auth: Auth,
    pub mail: Mail,
    pub payments: Payments,
    pub rooms: Rooms,
    pub limits: Limits,
    pub admission: Admission,
    pub reconciler: Reconciler,
    pub relay: Relay,
}

/// How much the surroundings are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// This machine only, plain HTTP.
    Development,
    /// Behind TLS, with secrets of its own.
    Production,
}

/// What holds, ledger and log are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// This process and one `SQLite` file.
    Embedded,
    /// Redis, `MongoDB` and Kafka.
    Cluster,
}

/// Whether cookies are marked for TLS only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecureCookies {
    /// In production.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere; refused in production.
    Never,
}

/// How mails leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// Into files.
    File,
    /// By a mail server.
    Smtp,
}

macro_rules! section {
    ($name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        #[doc = concat!("The section `", stringify!($name), "`; see [`DEFAULTS`].")]
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "default.toml documents every key, next to its default")]
        pub struct $name { $(pub $field: $type),+ }
    };
}

section!(Server {
    addr: SocketAddr,
    name: String,
    web_dir: PathBuf,
    public_url: String,
    allowed_origins: Vec<String>,
    trusted_proxies: Vec<IpNet>,
    private_network: bool,
    header_timeout_ms: u64,
    body_timeout_ms: u64,
    write_timeout_ms: u64,
    max_connections: usize,
    shutdown_timeout_ms: u64,
});
section!(Embedded { file: PathBuf });
section!(Redis { url: String });
section!(Mongo { url: String, database: String });
section!(Kafka { brokers: String, topic_prefix: String, replicas: i32 });
section!(Auth {
    keys_dir: PathBuf,
    key_activation_s: u32,
    access_ttl_s: u32,
    refresh_ttl_s: u32,
    socket_ticket_ttl_s: u32,
    password_reset_ttl_s: u32,
    email_verification_ttl_s: u32,
    secure_cookies: SecureCookies,
    max_hashing: usize,
});
section!(Mail { transport: MailTransport, dir: PathBuf, smtp_url: String, from: String });
section!(Payments { url: String, api_key: String, webhook_secret: String });
section!(Rooms { tick_ms: u64, beacon_ms: u64, heartbeat_ms: u64, linger_ms: u64, deltas_kept: usize });
section!(Limits {
    socket_commands_per_s: u32,
    socket_commands_burst: u32,
    account_requests_per_s: u32,
    account_requests_burst: u32,
    logins_per_minute: u32,
    failed_logins_per_minute: u32,
    mails_per_hour: u32,
    hold_seat_minutes: u32,
    hold_seat_minutes_per_address: u32,
    hold_budget_window_s: u32,
    hold_pause_s: u32,
    hold_pause_max_s: u32,
    request_lapse_ms: i64,
    connections_per_address: usize,
    sockets_per_address: usize,
    socket_openings_per_s: u32,
    socket_openings_burst: u32,
    trusted_addresses: Vec<IpAddr>,
});
section!(Admission {
    checkout: usize,
    payments: usize,
    orders: usize,
    holds: usize,
    reads: usize,
    accounts: usize,
    uploads: usize,
    wait_ms: u64,
});
section!(Reconciler { every_ms: u64 });
section!(Relay { name: String, poll_ms: u64, batch_seats: usize, keep_published_s: u64 });

/// Settings that cannot be used, and why.
#[derive(Debug, thiserror::Error)]
#[error("the settings cannot be used: {0}")]
pub struct BadSettings(String);

impl Settings {
    /// The defaults, then the file named by `FRONTROW_CONFIG`, then the environment.
    pub fn load() -> Result<Self, BadSettings> {
        let mut sources = Figment::from(Toml::string(DEFAULTS));
        if let Some(path) = std::env::var_os("FRONTROW_CONFIG") {
            sources = sources.merge(Toml::file_exact(PathBuf::from(path)));
        }
        let settings = Self::from_sources(&sources.merge(Env::prefixed("FRONTROW__").split("__")))?;
        if settings.profile == Profile::Production {
            let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
            production::check_environment(names)?;
        }
        Ok(settings)
    }

    /// The defaults alone, for tests.
    pub fn defaults() -> Self {
        Self::from_sources(&Figment::from(Toml::string(DEFAULTS))).expect("the defaults are valid: a test loads them")
    }

    fn from_sources(sources: &Figment) -> Result<Self, BadSettings> {
        let settings: Self = sources.extract().map_err(|error| BadSettings(error.to_string()))?;
        settings.validate()?;
        Ok(settings)
    }

    /// Zeros that would stop a process from doing anything, or make it spin.
    fn validate(&self) -> Result<(), BadSettings> {
        let positive = [
            ("server.max_connections", self.server.max_connections as u64),
            ("server.header_timeout_ms", self.server.header_timeout_ms),
            ("server.body_timeout_ms", self.server.body_timeout_ms),
            ("server.write_timeout_ms", self.server.write_timeout_ms),
            ("auth.access_ttl_s", self.auth.access_ttl_s.into()),
            ("auth.max_hashing", self.auth.max_hashing as u64),
            ("rooms.tick_ms", self.rooms.tick_ms),
            ("rooms.beacon_ms", self.rooms.beacon_ms),
            ("rooms.heartbeat_ms", self.rooms.heartbeat_ms),
            ("rooms.deltas_kept", self.rooms.deltas_kept as u64),
            ("limits.socket_commands_per_s", self.limits.socket_commands_per_s.into()),
            ("limits.socket_commands_burst", self.limits.socket_commands_burst.into()),
            ("limits.account_requests_per_s", self.limits.account_requests_per_s.into()),
            ("limits.account_requests_burst", self.limits.account_requests_burst.into()),
            ("limits.logins_per_minute", self.limits.logins_per_minute.into()),
            ("limits.failed_logins_per_minute", self.limits.failed_logins_per_minute.into()),
            ("limits.mails_per_hour", self.limits.mails_per_hour.into()),
            ("limits.hold_seat_minutes", self.limits.hold_seat_minutes.into()),
            ("limits.hold_seat_minutes_per_address", self.limits.hold_seat_minutes_per_address.into()),
            ("limits.hold_budget_window_s", self.limits.hold_budget_window_s.into()),
            ("limits.hold_pause_s", self.limits.hold_pause_s.into()),
            ("limits.hold_pause_max_s", self.limits.hold_pause_max_s.into()),
            ("limits.request_lapse_ms", u64::try_from(self.limits.request_lapse_ms).unwrap_or(0)),
            ("limits.connections_per_address", self.limits.connections_per_address as u64),
            ("limits.sockets_per_address", self.limits.sockets_per_address as u64),
            ("limits.socket_openings_per_s", self.limits.socket_openings_per_s.into()),
            ("limits.socket_openings_burst", self.limits.socket_openings_burst.into()),
            ("admission.checkout", self.admission.checkout as u64),
            ("admission.payments", self.admission.payments as u64),
            ("admission.orders", self.admission.orders as u64),
            ("admission.holds", self.admission.holds as u64),
            ("admission.reads", self.admission.reads as u64),
            ("admission.accounts", self.admission.accounts as u64),
            ("admission.uploads", self.admission.uploads as u64),
            ("admission.wait_ms", self.admission.wait_ms),
            ("reconciler.every_ms", self.reconciler.every_ms),
            ("kafka.replicas", u64::try_from(self.kafka.replicas).unwrap_or(0)),
            ("relay.poll_ms", self.relay.poll_ms),
            ("relay.batch_seats", self.relay.batch_seats as u64),
        ];
        if let Some((key, _)) = positive.into_iter().find(|&(_, value)| value == 0) {
            return Err(BadSettings(format!("{key} must be above zero")));
        }
        if self.mail.transport == MailTransport::Smtp && self.mail.smtp_url.is_empty() {
            return Err(BadSettings("mail.transport is \"smtp\", and mail.smtp_url is empty".into()));
        }
        if self.profile == Profile::Production {
            production::check(self)?;
        }
        Ok(())
    }

    /// Whether cookies are for TLS only.
    pub fn cookies_are_secure(&self) -> bool {
        match self.auth.secure_cookies {
            SecureCookies::Auto => self.profile == Profile::Production,
            SecureCookies::Always => true,
            SecureCookies::Never => false,
        }
    }

    /// Where people reach this deployment, without a slash at the end.
    pub fn public_url(&self) -> String {
        if self.server.public_url.is_empty() {
            return format!("http://{}", self.server.addr);
        }
        self.server.public_url.trim_end_matches('/').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Result<Settings, BadSettings> {
        Settings::from_sources(&Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(text)))
    }

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(Settings::defaults().rooms.tick_ms, 20);
    }

    #[test]
    fn unknown_keys_wrong_types_and_zeros_are_refused_by_name() {
        for (text, named) in [
            ("[server]\nadress = \"127.0.0.1:1\"", "adress"),
            ("[server]\naddr = \"here\"", "addr"),
            ("[rooms]\ntick_ms = 0", "rooms.tick_ms"),
            ("[server]\nbody_timeout_ms = 0", "server.body_timeout_ms"),
            ("[limits]\nsockets_per_address = 0", "limits.sockets_per_address"),
            ("[admission]\norders = 0", "admission.orders"),
            ("[admission]\nlanes = 3", "lanes"),
            ("profile = \"staging\"", "profile"),
            ("engine = \"floppy\"", "engine"),
            ("[server]\ntrusted_proxies = [\"10.0.0.0/40\"]", "trusted_proxies"),
            ("[mail]\ntransport = \"smtp\"", "mail.smtp_url"),
        ] {
            let refused = with(text).expect_err(text).to_string();
            assert!(refused.contains(named), "{refused}");
        }
    }
}
