//! The places in a source file that mutants change, with what stands around them.

use std::{collections::HashMap, ops::Range};

use proc_macro2::{LineColumn, Span};
use syn::{
    Arm, BinOp, Block, Expr, ExprBinary, ExprMatch, ExprStruct, ExprUnary, ImplItemFn, ItemConst, ItemFn, ItemStatic,
    Member, Pat, TraitItemFn, spanned::Spanned, visit::Visit,
};

use super::list::{Genre, Place};

/// Bytes of the source.
pub(super) type Bytes = Range<usize>;

/// A place that mutants change, and the bytes to write anew for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) kind: Kind,
    /// The bytes that are written anew; empty where something is only put in.
    pub(super) outer: Bytes,
    /// Inside a constant or a static, which the compiler evaluates: no switch is on there.
    pub(super) is_const: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Before the first statement of a function, whose statements end there.
    Body { end: usize },
    /// All statements of a function that returns an iterator.
    Iterator,
    /// An operator between two operands.
    Binary { left: Bytes, right: Bytes },
    /// A sign before an operand.
    Unary { operand: Bytes },
    /// Behind the pattern of an arm without a guard.
    Arm,
    /// A guard.
    Guard,
    /// A struct with `..base`; the fields by where they start.
    Struct { fields: Vec<Bytes> },
    /// What is known not to compile: `||` beside `let`, an arm taken from a match where `_` has a guard.
    Unviable,
}

/// The sites of a file, by what a mutant says: its kind and where it starts.
pub(super) fn of(source: &str) -> syn::Result<HashMap<(Genre, Place), Site>> {
    let file = syn::parse_file(source)?;
    let mut finder = Finder { found: HashMap::new(), consts: 0 };
    finder.visit_file(&file);
    Ok(finder.found)
}

struct Finder {
    found: HashMap<(Genre, Place), Site>,
    consts: usize,
}

impl Finder {
    fn add(&mut self, genre: Genre, start: Span, kind: Kind, outer: Bytes) {
        self.found.insert((genre, place(start.start())), Site { kind, outer, is_const: self.consts > 0 });
    }

    fn function(&mut self, block: Option<&Block>, visit: impl FnOnce(&mut Self)) {
        if let Some([first, ..]) = block.map(|block| block.stmts.as_slice()) {
            let start = bytes(first).start;
            let end = block.and_then(|block| block.stmts.last()).map_or(start, |last| bytes(last).end);
            self.add(Genre::FnValue, first.span(), Kind::Body { end }, start..start);
        }
        self.outside_consts(visit);
    }

    /// What is called when the program runs, wherever it is written.
    fn outside_consts(&mut self, visit: impl FnOnce(&mut Self)) {
        let around = std::mem::take(&mut self.consts);
        visit(self);
        self.consts = around;
    }

    fn in_const(&mut self, visit: impl FnOnce(&mut Self)) {
        self.consts += 1;
        visit(self);
        self.consts -= 1;
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(Some(&item.block), |finder| syn::visit::visit_item_fn(finder, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(Some(&item.block), |finder| syn::visit::visit_impl_item_fn(finder, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        self.function(item.default.as_ref(), |finder| syn::visit::visit_trait_item_fn(finder, item));
    }

    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        self.in_const(|finder| syn::visit::visit_item_const(finder, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.in_const(|finder| syn::visit::visit_impl_item_const(finder, item));
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        self.in_const(|finder| syn::visit::visit_item_static(finder, item));
    }

    fn visit_expr_const(&mut self, expression: &'ast syn::ExprConst) {
        self.in_const(|finder| syn::visit::visit_expr_const(finder, expression));
    }

    fn visit_expr_closure(&mut self, expression: &'ast syn::ExprClosure) {
        self.outside_consts(|finder| syn::visit::visit_expr_closure(finder, expression));
    }

    fn visit_expr_binary(&mut self, expression: &'ast ExprBinary) {
        let kind = if holds_let(&expression.left) || holds_let(&expression.right) {
            Kind::Unviable
        } else {
            Kind::Binary { left: bytes(&expression.left), right: bytes(&expression.right) }
        };
        self.add(Genre::BinaryOperator, expression.op.span(), kind, bytes(expression));
        syn::visit::visit_expr_binary(self, expression);
    }

    fn visit_expr_unary(&mut self, expression: &'ast ExprUnary) {
        let kind = Kind::Unary { operand: bytes(&expression.expr) };
        self.add(Genre::UnaryOperator, expression.op.span(), kind, bytes(expression));
        syn::visit::visit_expr_unary(self, expression);
    }

    fn visit_expr_match(&mut self, expression: &'ast ExprMatch) {
        let rest = |arm: &Arm| matches!(arm.pat, Pat::Wild(_)) && arm.guard.is_none();
        let kind = if expression.arms.iter().any(rest) { Kind::Arm } else { Kind::Unviable };
        for arm in &expression.arms {
            match &arm.guard {
                None => {
                    let end = bytes(&arm.pat).end;
                    self.add(Genre::MatchArm, arm.span(), kind.clone(), end..end);
                }
                Some((_, guard)) => {
                    let kind = if holds_let(guard) { Kind::Unviable } else { Kind::Guard };
                    self.add(Genre::MatchArmGuard, guard.span(), kind, bytes(guard));
                }
            }
        }
        syn::visit::visit_expr_match(self, expression);
    }

    fn visit_expr_struct(&mut self, expression: &'ast ExprStruct) {
        if expression.rest.is_some() {
            let fields = expression.fields.pairs().map(|field| {
                let start = bytes(field.value()).start;
                start..field.punct().map_or(bytes(field.value()).end, |comma| bytes(comma).end)
            });
            let fields: Vec<Bytes> = fields.collect();
            for field in expression.fields.iter().filter(|field| matches!(field.member, Member::Named(_))) {
                let kind = Kind::Struct { fields: fields.clone() };
                self.add(Genre::StructField, field.span(), kind, bytes(expression));
            }
        }
        syn::visit::visit_expr_struct(self, expression);
    }
}

/// Does `let` stand in it where a condition may have one?
fn holds_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
            holds_let(&binary.left) || holds_let(&binary.right)
        }
        _ => false,
    }
}

fn bytes(part: &impl Spanned) -> Bytes {
    part.span().byte_range()
}

/// cargo-mutants counts columns from 1.
fn place(start: LineColumn) -> Place {
    Place { line: start.line, column: start.column + 1 }
}
