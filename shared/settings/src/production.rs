//! What the production profile refuses: everything that is fine on a developer's machine only.

use super::{BadSettings, MailTransport, Settings};

/// Of a shorter secret the last character could be guessed.
const MIN_SECRET_CHARS: usize = 24;

/// The first thing that is not fit for production, in words that say what to do.
pub(super) fn check(settings: &Settings) -> Result<(), BadSettings> {
    let refuse = |what: &str| Err(BadSettings(format!("not in production: {what}")));
    if !settings.cookies_are_secure() {
        return refuse("auth.secure_cookies = \"never\" would send refresh tokens in the clear");
    }
    if settings.server.allowed_origins.iter().any(|origin| origin.contains('*')) {
        return refuse("server.allowed_origins must name origins, \"*\" lets every page open sockets");
    }
    if !settings.server.public_url.starts_with("https://") {
        return refuse("server.public_url must be the https:// address that people use");
    }
    if settings.mail.transport == MailTransport::File {
        return refuse("mail.transport = \"file\" sends no mail; use \"smtp\" and set mail.smtp_url");
    }
    for (key, secret) in
        [("api_key", &settings.payments.api_key), ("webhook_secret", &settings.payments.webhook_secret)]
    {
        if secret.len() < MIN_SECRET_CHARS || secret.starts_with("frontrow-development") {
            return refuse(&format!(
                "payments.{key} must be a secret of its own of {MIN_SECRET_CHARS} characters or more"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    use super::*;
    use crate::DEFAULTS;

    const FIT: &str = "profile = \"production\"
        [server]\npublic_url = \"https://tickets.example.org\"
        [mail]\ntransport = \"smtp\"\nsmtp_url = \"smtps://mail.example.org\"
        [payments]\napi_key = \"4YpRs8mVt2qWx6zAb1cDe3fG\"\nwebhook_secret = \"9hJkLmNoPqRsTuVwXyZ12345\"";

    fn with(text: &str) -> Result<Settings, BadSettings> {
        let sources = Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(FIT)).merge(Toml::string(text));
        Settings::from_sources(&sources)
    }

    #[test]
    fn production_starts_with_settings_of_its_own_only() {
        assert!(with("").expect("fit for production").cookies_are_secure());
        for (text, named) in [
            ("[auth]\nsecure_cookies = \"never\"", "auth.secure_cookies"),
            ("[server]\nallowed_origins = [\"*\"]", "server.allowed_origins"),
            ("[server]\npublic_url = \"http://tickets.example.org\"", "server.public_url"),
            ("[mail]\ntransport = \"file\"", "mail.transport"),
            ("[payments]\napi_key = \"frontrow-development-payment-key\"", "payments.api_key"),
            ("[payments]\nwebhook_secret = \"short\"", "payments.webhook_secret"),
        ] {
            let refused = with(text).expect_err(text).to_string();
            assert!(refused.contains(named), "{refused}");
        }
    }
}
