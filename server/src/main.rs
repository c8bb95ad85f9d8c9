//! `frontrow-server`: settings, telemetry, engines, serve.

mod admin;

use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use frontrow_domain::account::normal_email;
use frontrow_domain::clock::{Clock, SystemClock};
use frontrow_server::{Engines, FirstAdmin, Server, metrics};
use frontrow_settings::{Profile, Settings};
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
    let first_admin = first_admin(settings.profile)?;
    // Whoever is about to make the first keys has none yet.
    if settings.profile == Profile::Production && arguments.command.is_none() {
        frontrow_server::check_keys(&settings.auth.keys_dir)?;
    }
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
    let listener = frontrow_server::listen(addr).with_context(|| format!("listening on {addr}"))?;
    let engines = Engines::open(&settings, Arc::clone(&clock)).await?;
    let server = Server::start(settings, engines, clock, listener, metrics::install(), first_admin)?;

    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        () = server.crashed() => anyhow::bail!("a worker of the server crashed"),
    }
    server.stop().await;
    Ok(())
}

/// Named by the environment, so that a new deployment has somebody who can give out roles.
fn first_admin(profile: Profile) -> anyhow::Result<Option<FirstAdmin>> {
    let variable = |name| std::env::var(name).ok();
    let named = variable("FRONTROW_ADMIN_EMAIL").zip(variable("FRONTROW_ADMIN_PASSWORD"));
    let Some((email, password)) = named else { return Ok(None) };
    // The demo's password is in a public repository, and so are these.
    let well_known = ["front-row", "password", "changeme", "change-me", "secret", "admin"];
    let weak = password.len() < 12 || well_known.iter().any(|word| password.to_lowercase().contains(word));
    anyhow::ensure!(
        profile == Profile::Development || !weak,
        "not in production: FRONTROW_ADMIN_PASSWORD is short or well known, choose 12 characters or more that nobody guesses"
    );
    anyhow::ensure!(normal_email(&email).is_some(), "FRONTROW_ADMIN_EMAIL is no e-mail address");
    Ok(Some(FirstAdmin { email, password }))
}
