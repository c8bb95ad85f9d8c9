//! What the children of a run are told: addresses behind proxies, short times, limits that nobody reaches.
//!
//! Everything else is as the settings have it: what is tested is what people run.

use std::path::PathBuf;

use super::child::{Ready, Spec};
use super::links::Links;
use super::ports::loopback;
use super::{Admin, PAYMENTS, RELAY};
use crate::Options;

pub(super) const PROGRAMS: [&str; 3] = [SERVER_PROGRAM, RELAY_PROGRAM, PAYMENTS_PROGRAM];
const SERVER_PROGRAM: &str = "frontrow-server";
const RELAY_PROGRAM: &str = "frontrow-relay";
const PAYMENTS_PROGRAM: &str = "frontrow-mockpay";
/// Buyers of a run do in a minute what people do in an hour, all from one address.
const UNREACHED: &str = "1000000";

/// What all of them share.
pub(super) struct Environment<'a> {
    pub(super) options: &'a Options,
    pub(super) data: PathBuf,
    pub(super) links: &'a Links,
    pub(super) admin: &'a Admin,
}

impl Environment<'_> {
    /// Server N listens on `port`; people get to it through a proxy.
    pub(super) fn server(&self, number: usize, port: u16) -> Spec {
        let name = server_name(number);
        let address = loopback(port);
        let mut env = self.shared(&name);
        env.extend([
            ("FRONTROW__SERVER__ADDR", address.to_string()),
            ("FRONTROW__SERVER__NAME", name.clone()),
            ("FRONTROW__SERVER__WEB_DIR", self.path("web")),
            ("FRONTROW__SERVER__ALLOWED_ORIGINS", r#"["*"]"#.into()),
            ("FRONTROW__REDIS__URL", format!("redis://{}/0", self.links.address(&name, "redis"))),
            ("FRONTROW__PAYMENTS__URL", format!("http://{}", self.links.address(&name, PAYMENTS))),
            ("FRONTROW_ADMIN_EMAIL", self.admin.email.clone()),
            ("FRONTROW_ADMIN_PASSWORD", self.admin.password.clone()),
        ]);
        let ready = Ready::Answers(format!("http://{address}/readyz"));
        self.spec(&name, SERVER_PROGRAM, Vec::new(), env, ready)
    }

    pub(super) fn relay(&self) -> Spec {
        let mut env = self.shared(RELAY);
        env.push(("FRONTROW__RELAY__NAME", RELAY.into()));
        self.spec(RELAY, RELAY_PROGRAM, Vec::new(), env, Ready::Says("the relay is running"))
    }

    /// Its notices go to every server in turn.
    pub(super) fn payments(&self, port: u16) -> Spec {
        let address = loopback(port).to_string();
        let mut args = vec!["--addr".into(), address.clone(), "--file".into(), self.path("mockpay.db")];
        for number in 1..=self.options.servers {
            let server = self.links.address(PAYMENTS, &server_name(number));
            args.extend(["--webhook".into(), format!("http://{server}/api/v1/payments/webhook")]);
        }
        let ready = Ready::Answers(format!("http://{address}/healthz"));
        self.spec(PAYMENTS, PAYMENTS_PROGRAM, args, Vec::new(), ready)
    }

    fn shared(&self, name: &str) -> Vec<(&'static str, String)> {
        let mongo = self.links.address(name, "mongo");
        let mut env = vec![
            ("FRONTROW__PROFILE", "development".into()),
            ("FRONTROW__ENGINE", "cluster".into()),
            // The set would tell its own address, which leads past the proxy.
            ("FRONTROW__MONGO__URL", format!("mongodb://{mongo}/?directConnection=true")),
            ("FRONTROW__MONGO__DATABASE", super::DATABASE.into()),
            ("FRONTROW__KAFKA__BROKERS", self.links.address(name, "kafka").to_string()),
            ("FRONTROW__AUTH__KEYS_DIR", self.path("keys")),
            ("FRONTROW__MAIL__DIR", self.path("mail")),
            ("FRONTROW__RECONCILER__EVERY_MS", "2000".into()),
            ("FRONTROW__LIMITS__TRUSTED_ADDRESSES", r#"["127.0.0.1"]"#.into()),
        ];
        env.extend(
            [
                "FRONTROW__LIMITS__SOCKET_COMMANDS_PER_S",
                "FRONTROW__LIMITS__SOCKET_COMMANDS_BURST",
                "FRONTROW__LIMITS__ACCOUNT_REQUESTS_PER_S",
                "FRONTROW__LIMITS__ACCOUNT_REQUESTS_BURST",
                "FRONTROW__LIMITS__LOGINS_PER_MINUTE",
                "FRONTROW__LIMITS__FAILED_LOGINS_PER_MINUTE",
                "FRONTROW__LIMITS__MAILS_PER_HOUR",
            ]
            .map(|limit| (limit, UNREACHED.into())),
        );
        env.extend(self.options.mutant.iter().map(|mutant| ("FRONTROW_MUTANT", mutant.clone())));
        env
    }

    fn spec(
        &self,
        name: &str,
        program: &str,
        args: Vec<String>,
        env: Vec<(&'static str, String)>,
        ready: Ready,
    ) -> Spec {
        let log = self.data.join("logs").join(format!("{name}.log"));
        let program = self.options.bin.join(program);
        Spec { name: name.into(), program, args, env, folder: self.data.clone(), log, ready }
    }

    fn path(&self, name: &str) -> String {
        self.data.join(name).display().to_string()
    }
}

/// The first server is number 1.
pub(crate) fn server_name(number: usize) -> String {
    format!("server-{number}")
}
