//! `frontrow-server`: settings, telemetry, engines, serve.

mod admin;

use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use frontrow_domain::clock::{Clock, SystemClock};
use frontrow_server::{Engines, Server, metrics};
use frontrow_settings::{Profile, Settings};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// A live seat-map server. Settings come from the file named by `FRONTROW_CONFIG` and from `FRONTROW__SECTION__KEY`.
#[derive(Parser)]
#[command(name = "frontrow-server", version)]
struct Arguments {
    /// Check the settings, say what is wrong with them, and end.
    #[arg(long)]
    check_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Look after a deployment: dead letters, keys, backups.
    #[command(subcommand)]
    Admin(admin::Command),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let settings = Settings::load()?;
    let first_admin = FirstAdmin::from_environment(settings.profile)?;
    if arguments.check_config {
        println!("the settings are fine: {:?} engine, {:?} profile", settings.engine, settings.profile);
        return Ok(());
    }
    frontrow_settings::init_telemetry();
    match arguments.command {
        Some(Command::Admin(command)) => admin::run(&settings, command).await,
        None => serve(settings, first_admin).await,
    }
}

async fn serve(settings: Settings, first_admin: Option<FirstAdmin>) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let addr = settings.server.addr;
    let listener = TcpListener::bind(addr).await.with_context(|| format!("listening on {addr}"))?;
    let engines = Engines::open(&settings, Arc::clone(&clock)).await?;
    let server = Server::start(settings, engines, clock, listener, metrics::install())?;
    let create_admin = async {
        if let Some(FirstAdmin { email, password }) = first_admin {
            server.create_admin(&email, &password).await?;
        }
        std::future::pending::<anyhow::Result<()>>().await
    };

    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        failed = create_admin => failed.context("creating the first administrator")?,
        () = server.crashed() => anyhow::bail!("a worker of the server crashed"),
    }
    server.stop().await;
    Ok(())
}

/// Named by the environment, so that a new deployment has somebody who can give out roles.
struct FirstAdmin {
    email: String,
    password: String,
}

impl FirstAdmin {
    fn from_environment(profile: Profile) -> anyhow::Result<Option<Self>> {
        let variable = |name| std::env::var(name).ok();
        let named = variable("FRONTROW_ADMIN_EMAIL").zip(variable("FRONTROW_ADMIN_PASSWORD"));
        let Some((email, password)) = named else { return Ok(None) };
        // The demo's password is in a public repository, and so are these.
        let well_known = ["front-row", "password", "changeme", "change-me", "secret", "admin"];
        let weak = password.len() < 12 || well_known.iter().any(|word| password.to_lowercase().contains(word));
        anyhow::ensure!(
            profile == Profile::Development || !weak,
            "not in production: FRONTROW_ADMIN_PASSWORD is short or well known"
        );
        Ok(Some(Self { email, password }))
    }
}
