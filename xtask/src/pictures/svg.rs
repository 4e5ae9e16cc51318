//! The drawing.

use std::fmt::Write;

use super::{
    layout::{self, Place, SMALL_SIZE, TITLE_SIZE},
    text::{Kind, Picture},
};

/// Its names begin with `rfn`: a picture may stand in a page whose styles are somebody else's. No line is empty, so that one
/// can stand in Markdown as it is.
const STYLE: &str = "\
<style>
.rfn { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
.rfn-page { fill: #ffffff; stroke: #d5d9e0; }
.rfn-box { fill: #f3f5f9; stroke: #a3acba; }
.rfn-strong { fill: #e3edff; stroke: #3f6fd1; }
.rfn-refusal { fill: #fff0ec; stroke: #d0603f; }
.rfn-text { fill: #1b2330; }
.rfn-small { fill: #55606f; }
.rfn-arrow { fill: none; stroke: #6b7686; stroke-width: 1.4; }
.rfn-head { fill: #6b7686; }
@media (prefers-color-scheme: dark) {
.rfn-page { fill: #161b22; stroke: #333b47; }
.rfn-box { fill: #212934; stroke: #566273; }
.rfn-strong { fill: #16294d; stroke: #6f9bf2; }
.rfn-refusal { fill: #3b2019; stroke: #e07f60; }
.rfn-text { fill: #e8edf4; }
.rfn-small { fill: #a9b4c3; }
.rfn-arrow { stroke: #8b97a8; }
.rfn-head { fill: #8b97a8; }
}
</style>
";

pub(super) fn drawn(picture: &Picture) -> String {
    let layout = layout::of(picture);
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    let mut svg = format!(
        "<svg class=\"rfn\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{}\">\n<title>{}</title>\n<desc>{}</desc>\n{STYLE}",
        escaped(&picture.title),
        escaped(&picture.title),
        escaped(&picture.says),
    );
    let mut add = |line: String| {
        svg.push_str(&line);
        svg.push('\n');
    };
    let (inner_width, inner_height) = (width - 1.0, height - 1.0);
    add(format!(
        "<rect class=\"rfn-page\" x=\"0.5\" y=\"0.5\" width=\"{inner_width}\" height=\"{inner_height}\" rx=\"10\"/>"
    ));
    add(text(width / 2.0, 32.0, TITLE_SIZE + 1.0, "rfn-text", 600, &picture.title));
    for arrow in &picture.arrows {
        add(line(layout.places[arrow.from], layout.places[arrow.to], &arrow.label));
    }
    for (one, place) in picture.boxes.iter().zip(&layout.places) {
        let class = match one.kind {
            Kind::Plain => "rfn-box",
            Kind::Strong => "rfn-strong",
            Kind::Refusal => "rfn-refusal",
        };
        let Place { x, y, width, height } = place;
        add(format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>"
        ));
        let (middle, centre) = (x + width / 2.0, y + height / 2.0);
        match &one.lines[..] {
            [title, small] => {
                add(text(middle, centre - 4.0, TITLE_SIZE, "rfn-text", 600, title));
                add(text(middle, centre + 15.0, SMALL_SIZE, "rfn-small", 400, small));
            }
            lines => {
                let weight = if one.kind == Kind::Refusal { 400 } else { 600 };
                lines.iter().for_each(|line| add(text(middle, centre + 5.0, TITLE_SIZE, "rfn-text", weight, line)));
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn text(x: f64, y: f64, size: f64, class: &str, weight: u16, words: &str) -> String {
    format!(
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" \
         text-anchor=\"middle\">{}</text>",
        escaped(words)
    )
}

/// A straight arrow where the boxes stand in one row or column, else one with two corners in the gap before the second.
fn line(from: Place, to: Place, label: &str) -> String {
    let middle = |place: Place| (place.x + place.width / 2.0, place.y + place.height / 2.0);
    let ((from_x, from_y), (to_x, to_y)) = (middle(from), middle(to));
    let is_beside = to.x >= from.x + from.width || from.x >= to.x + to.width;
    if !is_beside {
        // in the middle of what both cover
        let x = (from.x.max(to.x) + (from.x + from.width).min(to.x + to.width)) / 2.0;
        let (begin, end, back) =
            if to_y > from_y { (from.y + from.height, to.y, -7.0) } else { (from.y, to.y + to.height, 7.0) };
        let stroke = format!("<path class=\"rfn-arrow\" d=\"M{x:.1} {begin:.1}V{:.1}\"/>", end + back);
        let head = format!("<path class=\"rfn-head\" d=\"M{x:.1} {end:.1}l-4 {:.1}h8z\"/>", back);
        return stroke + &head;
    }
    let (begin, end, back) =
        if to_x > from_x { (from.x + from.width, to.x, -7.0) } else { (from.x, to.x + to.width, 7.0) };
    let corner = end + 2.6 * back;
    let mut drawn = if (from_y - to_y).abs() < 0.5 {
        format!("<path class=\"rfn-arrow\" d=\"M{begin:.1} {from_y:.1}H{:.1}\"/>", end + back)
    } else {
        format!("<path class=\"rfn-arrow\" d=\"M{begin:.1} {from_y:.1}H{corner:.1}V{to_y:.1}H{:.1}\"/>", end + back)
    };
    let _ = write!(drawn, "<path class=\"rfn-head\" d=\"M{end:.1} {to_y:.1}l{back:.1} -4v8z\"/>");
    if !label.is_empty() {
        let at = if (from_y - to_y).abs() < 0.5 { (begin + end + back) / 2.0 } else { (begin + corner) / 2.0 };
        drawn += &text(at, from_y - 7.0, SMALL_SIZE, "rfn-small", 400, label);
    }
    drawn
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
