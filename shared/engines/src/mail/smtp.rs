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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    /// A mail server that takes one mail, or refuses its recipient; what it was told.
    async fn receive(listener: TcpListener, refuses: bool) -> String {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let (mut told, mut in_data) = (String::new(), false);
        stream.write_all(b"220 mail.example.org\r\n").await.unwrap();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return told;
            }
            told.push_str(&line);
            let answer: &[u8] = match line.trim_end() {
                "." => {
                    in_data = false;
                    b"250 queued\r\n"
                }
                _ if in_data => continue,
                "DATA" => {
                    in_data = true;
                    b"354 go on\r\n"
                }
                "QUIT" => b"221 bye\r\n",
                line if line.starts_with("RCPT") && refuses => b"550 5.1.1 <ada@example.org> unknown\r\n",
                _ => b"250 fine\r\n",
            };
            stream.write_all(answer).await.unwrap();
        }
    }

    async fn send(refuses: bool) -> (Result<(), MailError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let receiving = tokio::spawn(receive(listener, refuses));
        let mail = SmtpMail::new(&url, "Frontrow <tickets@example.org>").unwrap();
        let letter = Letter { to: "ada@example.org".into(), subject: "Grüße".into(), text: "Hello\n\nwörld".into() };
        let sent = mail.send(&letter).await;
        drop(mail);
        (sent, receiving.await.unwrap())
    }

    #[tokio::test]
    async fn a_letter_arrives_with_its_addresses() {
        let (sent, told) = send(false).await;
        sent.expect("it is taken");
        assert!(told.contains("RCPT TO:<ada@example.org>") && told.contains("From: Frontrow <tickets@example.org>"));
        assert!(told.contains("w=C3=B6rld") || told.contains("wörld") || told.contains("d8O2cmxk"), "{told}");
    }

    #[tokio::test]
    async fn refusals_tell_never_from_not_now_and_name_nobody() {
        let (refused, _) = send(true).await;
        let Err(MailError::Never(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("unknown") && !why.contains("ada@example.org"), "{why}");
        let nobody = SmtpMail::new("smtp://127.0.0.1:9", "tickets@example.org").unwrap();
        let letter = Letter { to: "ada@example.org".into(), subject: "Hello".into(), text: "Hello".into() };
        assert!(matches!(nobody.send(&letter).await, Err(MailError::NotNow(_))));
        assert!(matches!(SmtpMail::new("nonsense", "tickets@example.org"), Err(MailError::Never(_))));
    }
}
