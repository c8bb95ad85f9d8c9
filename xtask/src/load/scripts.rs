//! The k6 scenarios and their options. Every option is a variable that the head of the scenario's file explains.

use super::k6::{Script, Where};

/// Scenarios that are files in `loadtest/`.
#[derive(clap::Subcommand)]
pub(crate) enum Scenario {
    /// Many sockets watch one event while one buyer holds and releases seats.
    Watch(Watch),
    /// Everybody clicks the same seat at the same moment, round after round.
    Herd(Herd),
    /// People arrive, browse, hold, leave, order and pay with good and bad cards.
    OnSale(OnSale),
    /// All sockets are cut and come back at once while seats go on changing.
    Storm(Storm),
    /// A small, steady mixture for a long time.
    Soak(Soak),
}

/// Options of `cargo xtask load watch`.
#[derive(clap::Args)]
pub(crate) struct Watch {
    #[command(flatten)]
    place: Where,
    /// How many sockets watch.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    sockets: u32,
    /// How long the buyer goes on.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Holds and releases a second, together.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=80))]
    changes: u32,
}

/// Options of `cargo xtask load herd`.
#[derive(clap::Args)]
pub(crate) struct Herd {
    #[command(flatten)]
    place: Where,
    /// How many signed-in sockets want the same seat.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..))]
    sockets: u32,
    /// How many seats, one after the other.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
}

/// Options of `cargo xtask load on-sale`.
#[derive(clap::Args)]
pub(crate) struct OnSale {
    #[command(flatten)]
    place: Where,
    /// Arrivals a second at the peak.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// From the first arrival to the last.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..))]
    seconds: u32,
}

/// Options of `cargo xtask load storm`.
#[derive(clap::Args)]
pub(crate) struct Storm {
    #[command(flatten)]
    place: Where,
    /// How many sockets are cut and come back.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    sockets: u32,
    /// How often.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Holds and releases a second meanwhile, together.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=150))]
    changes: u32,
}

/// Options of `cargo xtask load soak`.
#[derive(clap::Args)]
pub(crate) struct Soak {
    #[command(flatten)]
    place: Where,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
    /// How many sockets watch from the beginning to the end.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    sockets: u32,
}

impl Scenario {
    /// What to run, and where.
    pub(super) fn script(&self) -> (Script, &Where) {
        match self {
            Self::Watch(Watch { place, sockets, seconds, changes }) => {
                let sizes = [("SOCKETS", *sockets), ("SECONDS", *seconds), ("CHANGES_PER_S", *changes)];
                // It buys nothing, and the event is not its own: there are no books to compare.
                (Script { sells: false, ..script("watch", sizes) }, place)
            }
            Self::Herd(Herd { place, sockets, rounds }) => (herd(*sockets, *rounds), place),
            Self::OnSale(OnSale { place, rate, seconds }) => {
                (script("on-sale", [("RATE", *rate), ("SECONDS", *seconds)]), place)
            }
            Self::Storm(Storm { place, sockets, rounds, changes }) => {
                let sizes = [("SOCKETS", *sockets), ("ROUNDS", *rounds), ("CHANGES_PER_S", *changes)];
                (script("storm", sizes), place)
            }
            Self::Soak(Soak { place, minutes, sockets }) => {
                (script("soak", [("MINUTES", *minutes), ("SOCKETS", *sockets)]), place)
            }
        }
    }
}

/// A herd of that size, for the tests as well.
pub(crate) fn herd(sockets: u32, rounds: u32) -> Script {
    script("herd", [("SOCKETS", sockets), ("ROUNDS", rounds)])
}

fn script(name: &'static str, sizes: impl IntoIterator<Item = (&'static str, u32)>) -> Script {
    let sizes = sizes.into_iter().map(|(name, size)| (name, size.to_string())).collect();
    Script { name, sizes, sells: true }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use clap::Parser as _;

    use super::Scenario;

    #[derive(clap::Parser)]
    struct Line {
        #[command(subcommand)]
        scenario: Scenario,
    }

    /// A variable that its scenario does not read would be a size that nobody gets.
    #[test]
    fn every_scenario_has_its_file_and_reads_its_sizes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../loadtest");
        for name in ["watch", "herd", "on-sale", "storm", "soak"] {
            let line = Line::parse_from(["load", name]);
            let (script, _) = line.scenario.script();
            assert_eq!(script.name, name);
            let text = fs::read_to_string(folder.join(format!("{}.js", script.name))).unwrap();
            assert!(text.contains(&format!("summaryOf('{}')", script.name)), "{}", script.name);
            for (size, _) in &script.sizes {
                assert!(text.contains(&format!("number('{size}', ")), "{} does not read {size}", script.name);
            }
        }
    }
}
