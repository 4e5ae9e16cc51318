use poem::Request;

use crate::{
    http::Problem,
    serializer::{Field, Json, Serializer},
    viewset::{ViewSet, row::TOLD_MEMBER},
};

/// The parameter that chooses members.
pub(crate) const FIELDS: &str = "fields";

/// The members of a representation that a caller wants, `?fields=id,name` or `?fields=id&fields=name`; all of them where
/// they do not say.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChosenMembers(Option<Vec<&'static str>>);

impl ChosenMembers {
    /// Reads them of a viewset that lets callers choose. Each is named once, so there are no more than members.
    pub(crate) fn read<V: ViewSet>(request: &Request) -> Result<Self, Problem> {
        if !V::SPARSE_FIELDS {
            return Ok(Self(None));
        }
        let pairs: Vec<(String, String)> =
            request.params().map_err(|_| Problem::parse_error("The query string could not be read."))?;
        let refused = |sentence: String| Problem::invalid([(FIELDS, sentence)]);
        let given = || pairs.iter().filter(|(name, _)| name == FIELDS);
        if given().next().is_none() {
            return Ok(Self(None));
        }
        let members = members_of::<V>();
        let mut chosen = Vec::with_capacity(members.len());
        for name in given().flat_map(|(_, value)| value.split(',')).map(str::trim) {
            let member = members.iter().find(|member| **member == name);
            let member = *member.ok_or_else(|| refused(format!("There is no field \"{name}\".")))?;
            if chosen.contains(&member) {
                return Err(refused(format!("\"{member}\" was given twice.")));
            }
            chosen.push(member);
        }
        Ok(Self(Some(chosen)))
    }

    /// Is a member wanted that the viewset computes?
    pub(super) fn asks_computed<V: ViewSet>(&self) -> bool {
        let computed = V::Serializer::computed();
        self.0.as_ref().is_none_or(|chosen| computed.iter().any(|member| chosen.contains(&member.name)))
    }

    /// Leaves of an object at the end of `out` what is wanted, in the order it had.
    pub(super) fn cut(&self, start: usize, out: &mut Vec<u8>) {
        let Some(chosen) = &self.0 else { return };
        let whole = out.split_off(start);
        let members = Json::parse(&whole).and_then(Json::members).expect("a representation is an object");
        for (name, value) in members.iter().filter(|(name, _)| chosen.contains(&&**name)) {
            out.push(if out.len() == start { b'{' } else { b',' });
            out.extend_from_slice(serde_json::json!(name).to_string().as_bytes());
            out.push(b':');
            out.extend_from_slice(value.as_str().as_bytes());
        }
        if out.len() == start {
            out.push(b'{');
        }
        out.push(b'}');
    }
}

/// Every member of a viewset's representations.
pub(crate) fn members_of<V: ViewSet>() -> Vec<&'static str> {
    let fields = V::Serializer::fields().iter().filter(|field| field.is_shown()).map(Field::name);
    let computed = V::Serializer::computed().into_iter().map(|member| member.name);
    fields.chain(computed).chain(V::ROW_PERMISSIONS.then_some(TOLD_MEMBER)).collect()
}
