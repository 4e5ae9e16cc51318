//! Where each box stands: columns are as wide as what is in them, and what is between them as wide as its words.

use super::text::{Box, Picture};

pub(super) const TITLE_SIZE: f64 = 15.0;
pub(super) const SMALL_SIZE: f64 = 12.5;

const MARGIN: f64 = 24.0;
const PADDING: f64 = 14.0;
const GAP: f64 = 44.0;
const BETWEEN_ROWS: f64 = 22.0;

/// A rectangle.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Of each box, in their order.
    pub(super) places: Vec<Place>,
}

pub(super) fn of(picture: &Picture) -> Layout {
    let columns = picture.boxes.iter().map(|one| one.columns.1 + 1).max().unwrap_or(0);
    let mut widths = vec![0.0_f64; columns];
    for one in picture.boxes.iter().filter(|one| one.columns.0 == one.columns.1) {
        widths[one.columns.0] = widths[one.columns.0].max(words_width(one));
    }
    let mut gaps = vec![GAP; columns];
    for arrow in &picture.arrows {
        let (from, to) = (&picture.boxes[arrow.from], &picture.boxes[arrow.to]);
        if to.columns.0 > from.columns.1 {
            let gap = &mut gaps[from.columns.1];
            *gap = gap.max(text_width(&arrow.label, SMALL_SIZE) + 36.0);
        }
    }
    // a box over several columns makes the last of them wider where it has to
    for one in picture.boxes.iter().filter(|one| one.columns.0 < one.columns.1) {
        let (first, last) = one.columns;
        let there: f64 = widths[first..=last].iter().sum::<f64>() + gaps[first..last].iter().sum::<f64>();
        widths[last] += (words_width(one) - there).max(0.0);
    }
    let lines = picture.boxes.iter().map(|one| one.lines.len()).max().unwrap_or(1);
    let height = if lines > 1 { 54.0 } else { 36.0 };
    let top = MARGIN + 30.0;
    let left = |column: usize| MARGIN + widths[..column].iter().sum::<f64>() + gaps[..column].iter().sum::<f64>();
    let places = picture.boxes.iter().map(|one| {
        let x = left(one.columns.0);
        Place {
            x,
            y: top + one.row * (height + BETWEEN_ROWS),
            width: left(one.columns.1) + widths[one.columns.1] - x,
            height,
        }
    });
    let places: Vec<Place> = places.collect();
    let right = places.iter().map(|place| place.x + place.width).fold(0.0, f64::max);
    let bottom = places.iter().map(|place| place.y + place.height).fold(0.0, f64::max);
    let title = 2.0 * MARGIN + text_width(&picture.title, TITLE_SIZE);
    Layout { width: (right + MARGIN).max(title), height: bottom + MARGIN, places }
}

fn words_width(one: &Box) -> f64 {
    // the first line is bold
    let sizes = [TITLE_SIZE * 1.1, SMALL_SIZE];
    let widths = one.lines.iter().zip(sizes).map(|(line, size)| text_width(line, size));
    2.0 * PADDING + widths.fold(0.0, f64::max)
}

/// How wide a text is at most, in the fonts that browsers have for an interface.
fn text_width(text: &str, size: f64) -> f64 {
    let letters = text.chars().map(|letter| match letter {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' => 0.30,
        ' ' | 'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '/' => 0.38,
        'm' | 'w' | 'M' | 'W' | '…' | '&' => 0.92,
        letter if letter.is_uppercase() => 0.70,
        _ => 0.58,
    });
    letters.sum::<f64>() * size
}
