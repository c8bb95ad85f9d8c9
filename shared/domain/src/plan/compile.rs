//! From a pretix seating plan to a layout, or to the list of everything that is wrong with it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::layout::{Area, AreaText, Category, Layout, Seat, Section, Shape, Size};
use super::reader::{Node, Problems};
use super::{MAX_SEATS, PlanProblem};
use crate::ids::Ordinal;

/// Reads a pretix seating plan. All positions become absolute; seats keep the plan's order.
pub fn compile(plan: &Value) -> Result<Layout, Vec<PlanProblem>> {
    let problems = Problems::default();
    let layout = Compiler::default().run(Node::root(plan, &problems));
    match (layout, problems.into_vec()) {
        (Some(layout), none) if none.is_empty() => Ok(layout),
        (_, problems) => Err(problems),
    }
}

#[derive(Default)]
struct Compiler {
    seats: Vec<Seat>,
    sections: Vec<Section>,
    categories: Vec<Category>,
    category_index: HashMap<String, usize>,
    areas: Vec<Area>,
    ordinals: HashMap<String, Ordinal>,
    zone_ids: HashSet<String>,
}

impl Compiler {
    fn run(mut self, root: Node<'_>) -> Option<Layout> {
        if !root.is_object() {
            return None;
        }
        let name = root.required("name").and_then(|name| name.text()).unwrap_or_default().to_owned();
        let size = root.required("size").and_then(|size| read_size(&size));
        if let Some(list) = root.required("categories") {
            list.for_each(|category| self.category(&category));
        }
        if let Some(list) = root.required("zones") {
            list.for_each(|zone| self.zone(&zone));
        }
        if self.seats.is_empty() {
            root.field_problem("zones", "the plan has no seats");
        }
        if self.seats.len() > MAX_SEATS {
            root.field_problem("zones", format!("the plan has more than {MAX_SEATS} seats"));
        }
        let Self { seats, sections, categories, areas, ordinals, .. } = self;
        Some(Layout { name, seats, sections, categories, areas, size: size?, ordinals })
    }

    fn category(&mut self, node: &Node<'_>) {
        let Some(name) = node.required("name").and_then(|name| name.text()) else { return };
        let color = node.optional("color").and_then(|color| color.text()).unwrap_or("#888888");
        if self.category_index.contains_key(name) {
            node.field_problem("name", format!("the category {name:?} is there twice"));
            return;
        }
        self.category_index.insert(name.to_owned(), self.categories.len());
        self.categories.push(Category {
            id: name.to_owned(),
            name: name.to_owned(),
            color: color.to_owned(),
            total: 0,
        });
    }

    fn zone(&mut self, node: &Node<'_>) {
        if !node.is_object() {
            return;
        }
        let name = node.required("name").and_then(|name| name.text()).unwrap_or_default();
        let id = node.optional("zone_id").and_then(|id| id.text()).unwrap_or(name);
        if !self.zone_ids.insert(id.to_owned()) {
            node.problem(format!("the zone {id:?} is there twice"));
        }
        if matches!(id, "." | "..") {
            node.problem("a zone's name is part of addresses: it cannot be a dot or two");
        }
        let Some(origin) = node.required("position").and_then(|position| position.point()) else { return };
        let first = self.seats.len();
        if let Some(rows) = node.optional("rows") {
            rows.for_each(|row| self.row(&row, origin));
        }
        if let Some(areas) = node.optional("areas") {
            areas.for_each(|area| self.areas.extend(read_area(&area, origin)));
        }
        if self.seats.len() > first {
            self.sections.push(section(id, name, &self.seats[first..]));
        }
    }

    fn row(&mut self, node: &Node<'_>, origin: (f64, f64)) {
        let label = node.required("row_number").and_then(|label| label.text()).unwrap_or_default();
        let Some(position) = node.required("position").and_then(|position| position.point()) else { return };
        let origin = (origin.0 + position.0, origin.1 + position.1);
        if let Some(seats) = node.required("seats") {
            seats.for_each(|seat| self.seat(&seat, label, origin));
        }
    }

    fn seat(&mut self, node: &Node<'_>, row: &str, origin: (f64, f64)) {
        let name = node.required("seat_guid").and_then(|name| name.text());
        let number = node.required("seat_number").and_then(|number| number.text());
        let position = node.required("position").and_then(|position| position.point());
        let category = node.required("category").and_then(|category| category.text());
        let accessible = node.optional("accessible").and_then(|flag| flag.flag()).unwrap_or(false);
        let (Some(name), Some(number), Some((x, y)), Some(category)) = (name, number, position, category) else {
            return;
        };
        let Some(&category) = self.category_index.get(category) else {
            node.field_problem("category", format!("there is no category {category:?}"));
            return;
        };
        let ordinal = Ordinal(u32::try_from(self.seats.len()).unwrap_or(u32::MAX));
        if self.ordinals.contains_key(name) {
            node.field_problem("seat_guid", format!("the seat {name:?} is there twice"));
            return;
        }
        self.ordinals.insert(name.to_owned(), ordinal);
        self.categories[category].total += 1;
        self.seats.push(Seat {
            seat: name.to_owned(),
            section: self.sections.len(),
            row: row.to_owned(),
            number: number.to_owned(),
            category,
            x: origin.0 + x,
            y: origin.1 + y,
            accessible,
        });
    }
}

fn read_size(node: &Node<'_>) -> Option<Size> {
    let width = node.required("width").and_then(|width| width.length());
    let height = node.required("height").and_then(|height| height.length());
    width.zip(height).map(|(width, height)| Size { width, height })
}

fn section(id: &str, name: &str, seats: &[Seat]) -> Section {
    let fold = |of: fn(&Seat) -> f64, pick: fn(f64, f64) -> f64, start| seats.iter().map(of).fold(start, pick);
    let (left, right) = (fold(|s| s.x, f64::min, f64::INFINITY), fold(|s| s.x, f64::max, f64::NEG_INFINITY));
    let (top, bottom) = (fold(|s| s.y, f64::min, f64::INFINITY), fold(|s| s.y, f64::max, f64::NEG_INFINITY));
    Section {
        id: id.to_owned(),
        name: name.to_owned(),
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
        total: u32::try_from(seats.len()).unwrap_or(u32::MAX),
    }
}

fn read_area(node: &Node<'_>, origin: (f64, f64)) -> Option<Area> {
    let (x, y) = node.required("position")?.point()?;
    let color = |name| node.optional(name).and_then(|color| color.text().map(str::to_owned));
    let (x, y) = (origin.0 + x, origin.1 + y);
    Some(Area {
        shape: read_shape(node, (x, y))?,
        x,
        y,
        rotation: node.optional("rotation").and_then(|degrees| degrees.coordinate()).unwrap_or(0.0),
        color: color("color"),
        border_color: color("border_color"),
        text: node.optional("text").and_then(|text| read_text(&text, (x, y))),
    })
}

fn read_shape(node: &Node<'_>, at: (f64, f64)) -> Option<Shape> {
    let name = node.required("shape")?;
    match name.text()? {
        "rectangle" => {
            let size = node.required("rectangle").and_then(|rectangle| read_size(&rectangle))?;
            Some(Shape::Rectangle { width: size.width, height: size.height })
        }
        "circle" => {
            let circle = node.required("circle")?;
            let radius = circle.required("radius").and_then(|radius| radius.length())?;
            Some(Shape::Circle { radius })
        }
        "ellipse" => {
            let ellipse = node.required("ellipse")?;
            let (radius_x, radius_y) = ellipse.required("radius").and_then(|radius| radius.point())?;
            Some(Shape::Ellipse { radius_x, radius_y })
        }
        "polygon" => {
            let polygon = node.required("polygon")?;
            let mut points = Vec::new();
            polygon
                .required("points")?
                .for_each(|point| points.extend(point.point().map(|(x, y)| (at.0 + x, at.1 + y))));
            Some(Shape::Polygon { points })
        }
        "text" => Some(Shape::Text),
        other => {
            name.problem(format!("there is no shape {other:?}"));
            None
        }
    }
}

/// Areas without words carry an empty text in files from the editor; that is no text.
fn read_text(node: &Node<'_>, at: (f64, f64)) -> Option<AreaText> {
    if !node.is_object() {
        return None;
    }
    let text = node.optional("text").filter(Node::is_filled)?.text()?.to_owned();
    let (x, y) = node.optional("position").and_then(|position| position.point()).unwrap_or((0.0, 0.0));
    Some(AreaText {
        text,
        x: at.0 + x,
        y: at.1 + y,
        size: node.optional("size").and_then(|size| size.length()).unwrap_or(16.0),
        color: node.optional("color").and_then(|color| color.text()).unwrap_or("#333333").to_owned(),
    })
}

#[cfg(test)]
#[path = "compile_tests.rs"]
mod tests;
