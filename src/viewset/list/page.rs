use poem::Request;
use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::Type,
};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::{authentication::Origin, http::path_of, permission::Judged};

/// A page of a list: `{"count", "next", "previous", "results"}`, `count` only where it was made.
pub(crate) struct Page<'a, M> {
    pub(crate) count: Option<u64>,
    pub(crate) links: Links<'a>,
    pub(crate) rows: Vec<Judged<M>>,
}

impl<M> Page<'_, M> {
    /// Writes all of it up to the first row; what follows the last is `]}`.
    pub(crate) fn open(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        if let Some(count) = self.count {
            write_member("count", &count, out);
        }
        write_member("next", &self.links.next, out);
        write_member("previous", &self.links.previous, out);
        out.extend_from_slice(b"\"results\":[");
    }
}

fn write_member(name: &str, value: &impl Serialize, out: &mut Vec<u8>) {
    for part in ["\"", name, "\":"] {
        out.extend_from_slice(part.as_bytes());
    }
    serde_json::to_writer(&mut *out, value).expect("memory takes everything");
    out.push(b',');
}

/// The addresses of the pages beside one: references relative to its own, or absolute ones.
pub(crate) struct Links<'a> {
    origin: Option<&'a Origin>,
    path: &'a str,
    /// the parameters that every page of the list has
    kept: Vec<(&'a str, &'a str)>,
    pub(crate) next: Option<String>,
    pub(crate) previous: Option<String>,
}

/// The parameter that says where a page begins; the first page has none.
pub(crate) type Place = Option<(&'static str, String)>;

impl<'a> Links<'a> {
    /// To nowhere yet.
    pub(crate) fn of(
        request: &'a Request,
        origin: Option<&'a Origin>,
        kept: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        Self { origin, path: path_of(request), kept: kept.collect(), next: None, previous: None }
    }

    pub(crate) fn to(self, next: Option<Place>, previous: Option<Place>) -> Self {
        let (next, previous) = (next.map(|place| self.link(&place)), previous.map(|place| self.link(&place)));
        Self { next, previous, ..self }
    }

    /// With its parameters in the order of their names (CONTRACT 7.22).
    fn link(&self, place: &Place) -> String {
        let place = place.as_ref().map(|(name, value)| (*name, value.as_str()));
        let mut pairs: Vec<_> = self.kept.iter().copied().chain(place).collect();
        pairs.sort_unstable();
        let mut link = String::with_capacity(self.path.len() + 128);
        if let Some(origin) = self.origin {
            link += &origin.to_string();
        }
        link += self.path;
        if pairs.is_empty() {
            return link;
        }
        link.push('?');
        let behind = link.len();
        form_urlencoded::Serializer::for_suffix(link, behind).extend_pairs(pairs).finish()
    }
}

/// The same in the document, where links are absolute.
pub(crate) fn absolute_links_in(document: &mut Json) {
    let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
    for (_, schema) in schemas.filter(|(_, schema)| schema["properties"]["results"].is_object()) {
        for (name, description) in
            [("next", "The next page's address."), ("previous", "The address of the page before.")]
        {
            let link = &mut schema["properties"][name];
            (link["format"], link["description"]) = (json!("uri"), json!(description));
        }
    }
}

/// The schema of a page of rows.
pub(crate) fn page_schema(row: MetaSchemaRef, counts: bool) -> MetaSchema {
    let inline = |schema: MetaSchema| MetaSchemaRef::Inline(Box::new(schema));
    let described = |schema: MetaSchemaRef, description| match schema {
        MetaSchemaRef::Inline(schema) => inline(MetaSchema { description: Some(description), ..*schema }),
        reference => reference,
    };
    let link = |description| {
        inline(MetaSchema {
            description: Some(description),
            nullable: true,
            ..MetaSchema::new_with_format("string", "uri-reference")
        })
    };
    let mut properties = vec![
        ("next", link("The next page, as a reference relative to this one's address.")),
        ("previous", link("The page before, likewise.")),
        ("results", inline(MetaSchema { items: Some(Box::new(row)), ..MetaSchema::new("array") })),
    ];
    let mut required = vec!["next", "previous", "results"];
    if counts {
        properties.insert(0, ("count", described(u64::schema_ref(), "How many rows the caller may see in all.")));
        required.insert(0, "count");
    }
    MetaSchema { properties, required, ..MetaSchema::new("object") }
}
