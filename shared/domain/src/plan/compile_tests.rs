//! The real hall compiles; every way to break a plan is named with its path.

use serde_json::json;

use super::*;

fn small_plan() -> Value {
    json!({
        "name": "Studio",
        "size": {"width": 100, "height": 100},
        "categories": [{"name": "Stalls", "color": "#123456"}],
        "zones": [{
            "name": "Ground floor", "zone_id": "G", "position": {"x": 10, "y": 20},
            "rows": [{
                "row_number": "1", "position": {"x": 5, "y": 0},
                "seats": [
                    {"seat_guid": "G-1-1", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Stalls"},
                    {"seat_guid": "G-1-2", "seat_number": "2", "position": {"x": 25, "y": 1}, "category": "Stalls"}
                ]
            }],
            "areas": [{"shape": "circle", "circle": {"radius": 9}, "position": {"x": 1, "y": 1}, "text": {"text": ""}}]
        }]
    })
}

fn problems(change: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
    let mut plan = small_plan();
    change(&mut plan);
    let problems = compile(&plan).expect_err("the plan is broken");
    problems.into_iter().map(|problem| (problem.path, problem.message)).collect()
}

#[test]
fn the_real_hall_compiles() {
    let plan = serde_json::from_str(include_str!("../../../plans/riethsporthalle.json")).expect("JSON");
    let layout = compile(&plan).expect("a usable plan");
    assert_eq!((layout.seats.len(), layout.sections.len(), layout.categories.len()), (1252, 6, 6));
    let court = &layout.areas[0];
    let text = court.text.as_ref().expect("its name");
    assert_eq!((text.text.as_str(), text.x, text.y), ("Court", court.x + 875.0, court.y + 130.0), "in its middle");
    let ordinal = layout.ordinal("D-14-1").expect("a seat of block D");
    assert_eq!((layout.seat(ordinal).row.as_str(), layout.section_of(layout.seat(ordinal)).id.as_str()), ("14", "D"));
}

#[test]
fn positions_become_absolute_and_seats_keep_their_order() {
    let layout = compile(&small_plan()).expect("a usable plan");
    assert_eq!((layout.seats[1].x, layout.seats[1].y), (40.0, 21.0));
    assert_eq!(layout.ordinal("G-1-2"), Some(Ordinal(1)));
    let section = &layout.sections[0];
    assert_eq!((section.x, section.y, section.width, section.height, section.total), (15.0, 20.0, 25.0, 1.0, 2));
    assert_eq!(layout.areas[0].text, None, "an empty text is no text");
    let wire = serde_json::to_value(&layout).expect("serializes");
    assert_eq!(wire["seats"][1]["section"], "G");
    assert_eq!(wire["areas"][0]["shape"], "circle");
}

#[test]
fn seats_for_wheelchairs_are_marked_and_only_they() {
    let mut plan = small_plan();
    plan["zones"][0]["rows"][0]["seats"][1]["accessible"] = json!(true);
    let wire = serde_json::to_value(compile(&plan).expect("a usable plan")).expect("serializes");
    assert_eq!(wire["seats"][1]["accessible"], true);
    assert_eq!(wire["seats"][0].get("accessible"), None, "most seats are not: not a byte for them");
    let found = problems(|plan| plan["zones"][0]["rows"][0]["seats"][0]["accessible"] = json!("yes"));
    assert_eq!(found, [("$.zones[0].rows[0].seats[0].accessible".into(), "must be true or false".into())]);
}

#[test]
fn every_problem_is_reported_with_its_path() {
    let found = problems(|plan| {
        plan["zones"][0]["rows"][0]["seats"][1]["seat_guid"] = json!("G-1-1");
        plan["zones"][0]["rows"][0]["seats"][0]["position"]["x"] = json!("left");
        plan["categories"].as_array_mut().expect("list").push(json!({"name": "Stalls"}));
        plan["zones"][0]["rows"].as_array_mut().expect("list").push(json!({
            "row_number": "2", "position": {"x": 0, "y": 0},
            "seats": [{"seat_guid": "G-2-1", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Balcony"}]
        }));
    });
    let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        ["$.categories[1].name", "$.zones[0].rows[0].seats[0].position.x", "$.zones[0].rows[1].seats[0].category",],
        "{found:?}"
    );
}

#[test]
fn a_repeated_seat_is_named() {
    let found = problems(|plan| plan["zones"][0]["rows"][0]["seats"][1]["seat_guid"] = json!("G-1-1"));
    assert_eq!(found, [("$.zones[0].rows[0].seats[1].seat_guid".into(), "the seat \"G-1-1\" is there twice".into())]);
}

#[test]
fn a_plan_without_seats_or_not_even_an_object_is_refused() {
    assert_eq!(problems(|plan| plan["zones"] = json!([]))[0].1, "the plan has no seats");
    assert_eq!(problems(|plan| *plan = json!([1, 2]))[0], ("$".into(), "must be an object".into()));
    assert_eq!(problems(|plan| plan["zones"] = json!(7))[0].0, "$.zones");
}

#[test]
fn too_many_seats_are_refused_and_problems_are_capped() {
    let seat = |n: usize| json!({"seat_guid": format!("s{n}"), "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Stalls"});
    let many: Vec<_> = (0..=MAX_SEATS).map(seat).collect();
    let found = problems(|plan| plan["zones"][0]["rows"][0]["seats"] = json!(many));
    assert_eq!(found, [("$.zones".into(), format!("the plan has more than {MAX_SEATS} seats"))]);

    let bad: Vec<_> = (0..500).map(|_| json!({})).collect();
    assert_eq!(problems(|plan| plan["zones"][0]["rows"][0]["seats"] = json!(bad)).len(), crate::plan::MAX_PROBLEMS);
}
