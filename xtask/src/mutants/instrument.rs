//! A source file with every mutant in it, each behind its switch.

use std::{cmp::Reverse, collections::BTreeMap, iter::Peekable, ops::Range, vec};

use super::{
    list::Mutant,
    report::Outcome,
    sites::{self, Bytes, Kind, Site},
    switch,
};
use crate::Result;

/// A file as it is written, and where in it each mutant stands.
#[derive(Debug, Default)]
pub(super) struct Instrumented {
    pub(super) text: String,
    /// The text of each mutant.
    pub(super) mutated: Vec<(Bytes, usize)>,
    /// The text written for each site, innermost last, with its mutants.
    pub(super) sites: Vec<(Bytes, Vec<usize>)>,
}

/// The sites of one file with the mutants at each, in the order in which they are written.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    source: String,
    edits: Vec<(Site, Vec<(usize, &'a Mutant)>)>,
}

/// What can be written, and why the rest cannot.
pub(super) fn plan<'a>(
    file: &str,
    source: String,
    mutants: &[(usize, &'a Mutant)],
) -> Result<(Plan<'a>, Vec<(usize, Outcome)>)> {
    let sites = sites::of(&source).map_err(|error| format!("{file}: {error}"))?;
    let mut edits: BTreeMap<_, (Site, Vec<(usize, &Mutant)>)> = BTreeMap::new();
    let mut left_out = Vec::new();
    for &(number, mutant) in mutants {
        let site = sites.get(&(mutant.genre, mutant.span.start));
        let site = site.ok_or_else(|| format!("no place in the source for the mutant `{}`", mutant.name))?;
        match &site.kind {
            _ if site.is_const => left_out.push((number, Outcome::NoSwitch)),
            Kind::Unviable => left_out.push((number, Outcome::Unviable)),
            // an iterator over `&mut`, where one over `&` is asked for
            Kind::Body { .. } if returns_impl(mutant) && mutant.replacement.contains("Box::leak") => {
                left_out.push((number, Outcome::Unviable));
            }
            Kind::Body { end } if returns_impl(mutant) => {
                let whole = Site { kind: Kind::Iterator, outer: site.outer.start..*end, is_const: false };
                edits.entry(order(&whole)).or_insert_with(|| (whole, Vec::new())).1.push((number, mutant));
            }
            _ => edits.entry(order(site)).or_insert_with(|| (site.clone(), Vec::new())).1.push((number, mutant)),
        }
    }
    Ok((Plan { source, edits: edits.into_values().collect() }, left_out))
}

/// Does its function return a type that only the compiler can name? Another value is of another type then: of iterators
/// either can be returned by an enum of both, and what else there is does not compile.
fn returns_impl(mutant: &Mutant) -> bool {
    mutant.function.as_ref().is_some_and(|function| function.return_type.starts_with("-> impl "))
}

/// From left to right; at one place first what is only put in, then the wider, and a guard around its expression.
fn order(site: &Site) -> (usize, bool, Reverse<usize>, bool) {
    (site.outer.start, !site.outer.is_empty(), Reverse(site.outer.end), site.kind != Kind::Guard)
}

impl Plan<'_> {
    /// The file with those mutants that are not left out.
    pub(super) fn write(&self, is_left_out: impl Fn(usize) -> bool) -> Instrumented {
        let kept = |(site, mutants): &'_ (Site, Vec<(usize, &Mutant)>)| {
            let kept: Vec<(usize, String)> = mutants
                .iter()
                .filter(|(number, _)| !is_left_out(*number))
                .map(|(number, mutant)| (*number, self.mutated(site, mutant)))
                .collect();
            (!kept.is_empty()).then(|| (site.clone(), kept))
        };
        let edits: Vec<Edit> = self.edits.iter().filter_map(kept).collect();
        let mut writer =
            Writer { source: &self.source, edits: edits.into_iter().peekable(), out: Instrumented::default() };
        writer.copy(0..self.source.len());
        writer.out
    }

    /// The text that stands there when the mutant is on.
    fn mutated(&self, site: &Site, mutant: &Mutant) -> String {
        let text = |bytes: &Bytes| &self.source[bytes.clone()];
        let new = &mutant.replacement;
        match &site.kind {
            Kind::Body { .. } | Kind::Iterator | Kind::Guard | Kind::Arm | Kind::Unviable => new.clone(),
            Kind::Binary { left, right } => format!("({}) {new} ({})", text(left), text(right)),
            Kind::Unary { operand } => text(operand).to_owned(),
            Kind::Struct { fields } => {
                let start = offset(&self.source, mutant);
                let field = fields.iter().find(|field| field.start == start).cloned().unwrap_or(start..start);
                text(&(site.outer.start..field.start)).to_owned() + text(&(field.end..site.outer.end))
            }
        }
    }
}

/// Where the mutant starts, in bytes.
fn offset(source: &str, mutant: &Mutant) -> usize {
    let start = mutant.span.start;
    let line = source.split_inclusive('\n').take(start.line - 1).map(str::len).sum::<usize>();
    let columns = source[line..].chars().take(start.column - 1).map(char::len_utf8).sum::<usize>();
    line + columns
}

type Edit = (Site, Vec<(usize, String)>);

struct Writer<'a> {
    source: &'a str,
    edits: Peekable<vec::IntoIter<Edit>>,
    out: Instrumented,
}

impl Writer<'_> {
    /// Copies a part of the source, with the edits in it.
    fn copy(&mut self, part: Range<usize>) {
        let mut at = part.start;
        while let Some((site, mutants)) =
            self.edits.next_if(|(site, _)| site.outer.start < part.end && site.outer.end <= part.end)
        {
            self.out.text += &self.source[at..site.outer.start];
            at = site.outer.end;
            let (start, index) = (self.out.text.len(), self.out.sites.len());
            self.out.sites.push((start..start, mutants.iter().map(|(number, _)| *number).collect()));
            self.edit(&site, mutants);
            self.out.sites[index].0.end = self.out.text.len();
        }
        self.out.text += &self.source[at..part.end];
    }

    fn edit(&mut self, site: &Site, mutants: Vec<(usize, String)>) {
        match site.kind {
            Kind::Body { .. } => {
                for (number, text) in mutants {
                    self.out.text += &format!("if {} {{ return ", switch::ask(number));
                    self.mutated(number, &text);
                    self.out.text += "; } ";
                }
            }
            Kind::Iterator => {
                let count = mutants.len();
                for (number, text) in mutants {
                    self.out.text += &format!("if {} {{ {}Left(", switch::ask(number), switch::EITHER);
                    self.mutated(number, &text);
                    self.out.text += &format!(") }} else {{ {}Right(", switch::EITHER);
                }
                self.out.text += "{ ";
                self.copy(site.outer.clone());
                self.out.text += " }";
                self.out.text += &") }".repeat(count);
            }
            Kind::Arm => {
                let asked: Vec<String> =
                    mutants.iter().map(|(number, _)| format!("!{}", switch::ask(*number))).collect();
                self.out.text += &format!(" if {} ", asked.join(" && "));
            }
            _ => {
                self.out.text += "(";
                for (number, text) in mutants {
                    self.out.text += &format!("if {} {{ ", switch::ask(number));
                    self.mutated(number, &text);
                    self.out.text += " } else ";
                }
                self.out.text += "{ ";
                self.copy(site.outer.clone());
                self.out.text += " })";
            }
        }
    }

    fn mutated(&mut self, number: usize, text: &str) {
        let start = self.out.text.len();
        self.out.text += text;
        self.out.mutated.push((start..self.out.text.len(), number));
    }
}

/// The mutants of each file.
pub(super) fn by_file(mutants: &[Mutant]) -> Vec<(&str, Vec<(usize, &Mutant)>)> {
    let mut files: Vec<(&str, Vec<(usize, &Mutant)>)> = Vec::new();
    for (number, mutant) in mutants.iter().enumerate() {
        match files.last_mut() {
            Some((file, of_file)) if *file == mutant.file => of_file.push((number, mutant)),
            _ => files.push((&mutant.file, vec![(number, mutant)])),
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::list::{Function, Genre, Place, Span};

    fn mutant(genre: Genre, line: usize, column: usize, replacement: &str) -> Mutant {
        let start = Place { line, column };
        let span = Span { start };
        let file = String::new();
        Mutant {
            name: file.clone(),
            id: file.clone(),
            file,
            function: None,
            span,
            replacement: replacement.into(),
            genre,
        }
    }

    fn written(source: &str, mutants: &[Mutant]) -> String {
        let numbered: Vec<_> = mutants.iter().enumerate().collect();
        let (plan, left_out) = plan("x.rs", source.to_owned(), &numbered).unwrap();
        assert_eq!(left_out, []);
        let written = plan.write(|_| false);
        for (bytes, number) in &written.mutated {
            assert!(written.text[bytes.clone()].contains(&mutants[*number].replacement));
        }
        written.text.replace("crate::__mutants::on", "on")
    }

    #[test]
    fn a_function_returns_early() {
        let source = "fn f() -> bool { 1 == 2 }";
        let mutants = [mutant(Genre::FnValue, 1, 18, "true"), mutant(Genre::BinaryOperator, 1, 20, "!=")];
        let expected = "fn f() -> bool { if on(0) { return true; } (if on(1) { (1) != (2) } else { 1 == 2 }) }";
        assert_eq!(written(source, &mutants), expected);
    }

    #[test]
    fn an_iterator_is_one_or_the_other() {
        let source = "fn f() -> impl Iterator<Item = u8> { g(1 == 2) }";
        let mut mutants = [
            mutant(Genre::FnValue, 1, 38, "empty()"),
            mutant(Genre::FnValue, 1, 38, "once(1)"),
            mutant(Genre::BinaryOperator, 1, 42, "!="),
        ];
        for mutant in &mut mutants[..2] {
            let return_type = "-> impl Iterator<Item = u8>".to_owned();
            mutant.function = Some(Function { function_name: "f".to_owned(), return_type });
        }
        let expected = "fn f() -> impl Iterator<Item = u8> { if on(0) { Left(empty()) } else { Right(\
                        if on(1) { Left(once(1)) } else { Right({ g((if on(2) { (1) != (2) } else { 1 == 2 })) }) }) } }";
        assert_eq!(written(source, &mutants).replace("crate::__mutants::Either::", ""), expected);
    }

    #[test]
    fn operators_stand_in_operators() {
        let source = "fn f(a: bool, b: bool) -> bool { !a && b }";
        let mutants = [mutant(Genre::BinaryOperator, 1, 37, "||"), mutant(Genre::UnaryOperator, 1, 34, "")];
        let expected = "fn f(a: bool, b: bool) -> bool { \
                        (if on(0) { (!a) || (b) } else { (if on(1) { a } else { !a }) && b }) }";
        assert_eq!(written(source, &mutants), expected);
    }

    #[test]
    fn arms_are_deleted_and_guards_replaced() {
        let source = "fn f(n: u8) -> u8 { match n { 1 => 2, x if x > 3 => 4, _ => 5 } }";
        let mutants = [
            mutant(Genre::MatchArm, 1, 31, ""),
            mutant(Genre::MatchArmGuard, 1, 44, "true"),
            mutant(Genre::MatchArmGuard, 1, 44, "false"),
            mutant(Genre::BinaryOperator, 1, 46, "<"),
        ];
        let expected = "fn f(n: u8) -> u8 { match n { 1 if !on(0)  => 2, \
                        x if (if on(1) { true } else if on(2) { false } else { \
                        (if on(3) { (x) < (3) } else { x > 3 }) }) => 4, _ => 5 } }";
        assert_eq!(written(source, &mutants), expected);
    }

    #[test]
    fn a_field_is_left_to_the_base() {
        let source = "fn f() -> S { S { a: 1, b: 2, ..s() } }";
        let expected = "fn f() -> S { (if on(0) { S { b: 2, ..s() } } else { S { a: 1, b: 2, ..s() } }) }";
        assert_eq!(written(source, &[mutant(Genre::StructField, 1, 19, "")]).replace("S {  b", "S { b"), expected);
    }

    #[test]
    fn constants_and_let_are_left_out() {
        let source =
            "const F: bool = 0 == 1;\nfn g(n: Option<u8>) -> u8 { if let Some(1) = n && h() { 1 } else { 2 } }";
        let mutants = [mutant(Genre::BinaryOperator, 1, 19, "!="), mutant(Genre::BinaryOperator, 2, 48, "||")];
        let numbered: Vec<_> = mutants.iter().enumerate().collect();
        let (plan, left_out) = plan("x.rs", source.to_owned(), &numbered).unwrap();
        assert_eq!(left_out, [(0, Outcome::NoSwitch), (1, Outcome::Unviable)]);
        assert_eq!(plan.write(|_| false).text, source);
    }
}
