use proc_macro2::Span;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Ident, Lit, Meta, Path, Result, Type, Visibility,
    ext::IdentExt, spanned::Spanned,
};

use super::attributes::{OnField, OnStruct};

/// A serializer as declared.
pub(super) struct Declaration<'a> {
    pub(super) ident: &'a Ident,
    pub(super) visibility: &'a Visibility,
    pub(super) doc: String,
    pub(super) model: Option<Path>,
    pub(super) filled: Vec<Ident>,
    pub(super) fields: Vec<DeclaredField<'a>>,
}

/// A field of its struct.
pub(super) struct DeclaredField<'a> {
    pub(super) ident: &'a Ident,
    /// without `r#`
    pub(super) plain: String,
    pub(super) ty: &'a Type,
    pub(super) doc: String,
    /// in bodies and representations
    pub(super) name: String,
    pub(super) says: OnField,
}

/// What holds a field's value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum HeldBy {
    Column,
    /// only bodies have it
    Body,
    /// only representations have it
    Representation,
}

impl DeclaredField<'_> {
    pub(super) fn held_by(&self) -> HeldBy {
        match (self.says.beside, self.says.computed) {
            (Some(_), _) => HeldBy::Body,
            (None, Some(_)) => HeldBy::Representation,
            (None, None) => HeldBy::Column,
        }
    }

    pub(super) fn is_write_only(&self) -> bool {
        self.says.access.as_ref().is_some_and(|(_, variant)| *variant == "WriteOnly")
    }

    /// `,"name":`
    pub(super) fn member(&self) -> syn::LitByteStr {
        let name = self.name.replace('\\', "\\\\").replace('"', "\\\"");
        syn::LitByteStr::new(format!(",\"{name}\":").as_bytes(), self.ident.span())
    }
}

impl<'a> Declaration<'a> {
    pub(super) fn read(input: &'a DeriveInput) -> Result<Self> {
        let message = "a serializer is a struct with named fields";
        let Data::Struct(data) = &input.data else { return Err(Error::new(input.ident.span(), message)) };
        let Fields::Named(named) = &data.fields else { return Err(Error::new(input.ident.span(), message)) };
        if !input.generics.params.is_empty() {
            return Err(Error::new_spanned(&input.generics, "a serializer has no generics"));
        }
        let on_struct = OnStruct::read(&input.attrs)?;
        let mut mistakes = Mistakes(None);
        let mut fields = Vec::new();
        for field in &named.named {
            let ident = field.ident.as_ref().expect("a named field has a name");
            let says = match OnField::read(&field.attrs, &field.ty) {
                Ok(says) => says,
                Err(error) => {
                    mistakes.add(error);
                    continue;
                }
            };
            let plain = ident.unraw().to_string();
            let spelled = || on_struct.rename_all.map_or_else(|| plain.clone(), |spelling| spelling.of(&plain));
            let name = says.rename.as_ref().map_or_else(spelled, syn::LitStr::value);
            fields.push(DeclaredField { ident, ty: &field.ty, doc: doc(&field.attrs), name, says, plain });
        }
        let model = on_struct.model;
        for (place, field) in fields.iter().enumerate() {
            mistakes.extend(misfit(field, model.is_some()));
            if let Some(other) = fields[..place].iter().find(|other| other.name == field.name) {
                let message = format!("`{}` and `{}` are both called \"{}\"", other.plain, field.plain, field.name);
                mistakes.add(Error::new(field.ident.span(), message));
            }
        }
        if let (None, Some(field)) = (&model, on_struct.filled.first()) {
            mistakes.add(Error::new(field.span(), "`filled` is of a model's rows: name it, `model = car`"));
        }
        mistakes.into_result()?;
        let (ident, visibility, doc) = (&input.ident, &input.vis, doc(&input.attrs));
        Ok(Self { ident, visibility, doc, model, filled: on_struct.filled, fields })
    }

    pub(super) fn held_by(&self, by: HeldBy) -> impl Iterator<Item = &DeclaredField<'a>> {
        self.fields.iter().filter(move |field| field.held_by() == by)
    }
}

/// Attributes that say two things at once.
fn misfit(field: &DeclaredField<'_>, has_model: bool) -> Option<Error> {
    let says = &field.says;
    let error = |span: Span, message: &str| Some(Error::new(span, message));
    if !has_model {
        let at = says.access.as_ref().map(|(word, _)| word.span());
        let permissions = says.read_if.as_ref().or(says.write_if.as_ref());
        let at = at.or(permissions.map(Spanned::span));
        let at = at.or(says.column.as_ref().map(Ident::span)).or(says.filled).or(says.beside).or(says.computed);
        return error(at?, "this is of a model's rows: name it, `#[serializer(model = car)]`");
    }
    if let (Some(_), Some(span)) = (says.beside, says.computed) {
        return error(span, "`computed` is of representations, `beside` of bodies: two fields");
    }
    if says.beside.is_some() && !is_sent(field.ty) {
        let message = "what no column holds may have been left out: write `Sent<…>`, `refrain::serializer::Sent`";
        return Some(Error::new_spanned(field.ty, message));
    }
    if let Some(span) = says.beside.or(says.computed) {
        if let Some((word, _)) = &says.access {
            return error(word.span(), "of what no column holds nothing more is to be said");
        }
        if let Some(permissions) = says.read_if.as_ref().or(says.write_if.as_ref()) {
            return error(permissions.span(), "only what a column holds is read or written by permission");
        }
        if says.column.is_some() || says.default.is_some() || says.filled.is_some() {
            return error(span, "no column holds this: it has no `column`, `default` or `filled`");
        }
    }
    if says.computed.is_some() && !says.validators.is_empty() {
        return error(says.computed?, "what is computed is never read: it has no validators");
    }
    match (&says.access, &says.read_if, &says.write_if) {
        (Some((_, "WriteOnly")), Some(permissions), _) => {
            return error(permissions.span(), "nobody is shown a write-only field: it has no `read_if`");
        }
        (Some((_, "ReadOnly")), _, Some(permissions)) => {
            return error(permissions.span(), "a read-only field is never written: it has no `write_if`");
        }
        _ => {}
    }
    match &says.access {
        Some((word, "ReadOnly")) if !says.validators.is_empty() => {
            error(word.span(), "a read-only field is never read from a body: it has no validators")
        }
        _ => None,
    }
}

/// Told here, since from a wrong type the compiler would make four errors.
fn is_sent(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Sent"))
}

/// Every mistake, not only the first.
struct Mistakes(Option<Error>);

impl Mistakes {
    fn add(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn extend(&mut self, error: Option<Error>) {
        if let Some(error) = error {
            self.add(error);
        }
    }

    fn into_result(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// The doc comment as one text; the lines of a paragraph are joined.
pub(super) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else { return None };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { return None };
        Some(text.value().trim().to_owned())
    });
    let mut doc = String::new();
    for line in lines {
        let break_ = if line.is_empty() || doc.ends_with('\n') { "\n" } else { " " };
        if !doc.is_empty() {
            doc.push_str(break_);
        }
        doc.push_str(&line);
    }
    doc.trim().to_owned()
}
