//! The rows as a table. Must never round a number so far that a missed goal looks like a reached one.

use super::{Engine, Row};

/// The longest description that fits; the whole note is in the file.
const WHAT: usize = 56;

pub(super) fn lines(rows: &[(Engine, Row)]) -> Vec<String> {
    let head = line(["row", "engine", "what", "goal", "measured", "beside it"]);
    let row = |(engine, row): &(Engine, Row)| {
        let measured = format!("{:.2} {}", row.measured, row.unit);
        let goal = row.goal.as_deref().unwrap_or("-");
        let beside = row.beside.as_deref().unwrap_or("-");
        let verdict = if row.reached == Some(false) { "  MISSED" } else { "" };
        line([&row.id, engine.name(), &what(&row.note), goal, &measured, beside]) + verdict
    };
    std::iter::once(head).chain(rows.iter().map(row)).collect()
}

fn line(cells: [&str; 6]) -> String {
    let [id, engine, what, goal, measured, beside] = cells;
    format!("{id:<28} {engine:<8} {what:<WHAT$} {goal:>8} {measured:>24}  {beside}")
}

/// The note up to its first semicolon.
fn what(note: &str) -> String {
    note.split(';').next().unwrap_or_default().chars().take(WHAT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_goal_stands_out_and_the_method_stays_in_the_file() {
        let row = Row {
            id: "sellout_anomalies".into(),
            goal: Some("0".into()),
            measured: 2.0,
            unit: "findings".into(),
            reached: Some(false),
            beside: Some("floor 1".into()),
            note: "what was found; and how".into(),
        };
        let lines = lines(&[(Engine::Cluster, row)]);
        assert!(lines[1].starts_with("sellout_anomalies") && lines[1].ends_with("floor 1  MISSED"), "{lines:?}");
        assert!(lines[1].contains("what was found ") && !lines[1].contains("and how"), "{lines:?}");
    }
}
