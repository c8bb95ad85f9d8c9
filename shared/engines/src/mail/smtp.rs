//! Mail by SMTP, through lettre.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::{Letter, Mail, MailError};

/// How long the mail server may take for one step.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Hands letters to a mail server.
pub struct SmtpMail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMail {
    /// `url`: `smtp://host:25`, `smtp://user:password@host:587?tls=required` or `smtps://user:password@host:465`.
    pub fn new(url: &str, from: &str) -> Result<Self, MailError> {
        let never = |what: &str, why: &dyn std::fmt::Display| MailError::Never(format!("{what}: {why}"));
        // The error of the library may quote the URL, and with it the password.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| MailError::Never("mail.smtp_url is not the URL of a mail server".into()))?;
        let from = from.parse().map_err(|error| never("mail.from", &error))?;
        Ok(Self { transport: transport.timeout(Some(TIMEOUT)).build(), from })
    }
}

#[async_trait]
impl Mail for SmtpMail {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let never = |error: &dyn std::fmt::Display| MailError::Never(error.to_string());
        let to = letter.to.parse().map_err(|error| never(&error))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .body(letter.text.clone())
            .map_err(|error| never(&error))?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error: Error| {
            // Mail servers like to quote whom they refuse; that is nobody else's business.
            let why = error.to_string().replace(&letter.to, "the recipient");
            if error.is_permanent() { MailError::Never(why) } else { MailError::NotNow(why) }
        })
    }
}
