use crate::{
    Db, Error,
    http::Problem,
    permission::{Context, Judged, Rule, judge_one, judged},
    serializer::{Resource, Serializer, write_row},
    viewset::{
        EntityOf, ModelOf, Shown, ViewSet,
        bulk::NamedRows,
        conditional::{EntityTag, version_of},
        row::{ChosenMembers, RowPermissions, TOLD_MEMBER},
        write::with_key_of,
    },
};

/// A row as its caller sees it.
pub(crate) struct Representation {
    /// The members that they want of it.
    pub(crate) json: Vec<u8>,
    /// The tag of all of it: whichever members were wanted, it stands for the row.
    pub(crate) tag: EntityTag,
}

impl RowPermissions {
    /// A representation of a row that was judged by a rule of its own, and by these behind it.
    pub(crate) async fn shown<V: ViewSet>(
        &self,
        viewset: &V,
        cx: &Context<'_>,
        judged: Judged<ModelOf<V>>,
    ) -> Result<Representation, Problem> {
        let version = version_of::<V>(&judged.row);
        let mut json = Vec::with_capacity(512);
        self.write(viewset, cx, vec![judged], &ChosenMembers::default(), &mut json).await?;
        let tag = EntityTag::of(&json, version);
        self.chosen.cut(0, &mut json);
        Ok(Representation { json, tag })
    }

    /// The tag of a row that was judged elsewhere: of the representation that its caller would be shown now.
    pub(crate) async fn tag<V: ViewSet>(
        &self,
        viewset: &V,
        cx: &Context<'_>,
        row: &ModelOf<V>,
    ) -> Result<EntityTag, Problem> {
        Ok(self.shown_row(viewset, cx, row).await?.tag)
    }

    /// A representation of a row that was judged elsewhere.
    pub(crate) async fn shown_row<V: ViewSet>(
        &self,
        viewset: &V,
        cx: &Context<'_>,
        row: &ModelOf<V>,
    ) -> Result<Representation, Problem> {
        let judged = self.judged::<EntityOf<V>>(cx.db(), row).await?;
        self.shown(viewset, cx, judged).await
    }

    /// A row with what is told of it; where nothing is told, nobody is asked.
    async fn judged<E: Resource>(&self, db: Db<'_>, row: &E::Model) -> Result<Judged<E::Model>, Problem> {
        let rules: Vec<&Rule> = std::iter::once(&Rule::Always).chain(self.rules()).collect();
        if let Some(judged) = Judged::without_asking(row.clone(), &rules) {
            return Ok(judged);
        }
        let judged = judge_one(db, with_key_of(E::find(), row), &rules).await?;
        judged.ok_or_else(Problem::not_found)
    }

    /// What is told of each of these rows, by one statement where the database is asked at all; of a row that is not there
    /// any more nothing.
    pub(crate) async fn names_of<E: Resource>(
        &self,
        cx: &Context<'_>,
        rows: &[E::Model],
    ) -> Result<Vec<Vec<&'static str>>, Problem> {
        let rules: Vec<&Rule> = std::iter::once(&Rule::Always).chain(self.rules()).collect();
        let settled: Option<Vec<_>> = rows.iter().map(|row| Judged::without_asking(row.clone(), &rules)).collect();
        let found: Vec<Option<Judged<E::Model>>> = match settled {
            Some(settled) => settled.into_iter().map(Some).collect(),
            None => {
                let named = NamedRows::<E>::of_rows(rows);
                named.sorted(judged(cx.db(), named.among(E::find()), &rules).await?)?
            }
        };
        let mut names = Vec::with_capacity(found.len());
        for row in &found {
            names.push(match row {
                Some(row) => self.names(cx, row).await?.unwrap_or_default(),
                None => Vec::new(),
            });
        }
        Ok(names)
    }

    /// The representations of rows, a comma between two.
    pub(crate) async fn write_rows<V: ViewSet>(
        &self,
        viewset: &V,
        cx: &Context<'_>,
        judged: Vec<Judged<ModelOf<V>>>,
        out: &mut Vec<u8>,
    ) -> Result<(), Problem> {
        self.write(viewset, cx, judged, &self.chosen, out).await
    }

    /// The one place where a representation is made: with what the viewset computes for all of the rows at once, and what
    /// is told of each.
    async fn write<V: ViewSet>(
        &self,
        viewset: &V,
        cx: &Context<'_>,
        judged: Vec<Judged<ModelOf<V>>>,
        chosen: &ChosenMembers,
        out: &mut Vec<u8>,
    ) -> Result<(), Problem> {
        let mut told = Vec::with_capacity(judged.len());
        for row in &judged {
            told.push((self.names(cx, row).await?, self.hidden(cx, row).await?));
        }
        let rows: Vec<ModelOf<V>> = judged.into_iter().map(|judged| judged.row).collect();
        let computed = match chosen.asks_computed::<V>() {
            true => Some(computed_of(viewset, cx, &rows).await?),
            false => None,
        };
        for (place, (row, (told, hidden))) in rows.iter().zip(&told).enumerate() {
            if place > 0 {
                out.push(b',');
            }
            let start = out.len();
            let computed = computed.as_ref().map(|computed| &computed[place]);
            write_row::<V::Serializer>(row, hidden, computed, told.as_deref().map(|names| (TOLD_MEMBER, names)), out);
            chosen.cut(start, out);
        }
        Ok(())
    }
}

/// What the viewset computes for these rows.
async fn computed_of<V: ViewSet>(
    viewset: &V,
    cx: &Context<'_>,
    rows: &[ModelOf<V>],
) -> Result<Vec<<V::Serializer as Serializer>::Computed>, Problem> {
    let computed = <V::Serializer as Shown<V>>::computed_of(viewset, cx, rows).await?;
    if computed.len() != rows.len() {
        let (given, asked) = (computed.len(), rows.len());
        let message = format!("`represent` of the viewset at `{}` gave {given} rows of {asked}", V::PATH);
        return Err(Error::wiring(message).into());
    }
    Ok(computed)
}
