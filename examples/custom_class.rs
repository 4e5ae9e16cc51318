//! Permission classes of your own: rows through another table, and rows within their time.
//!
//! ```text
//! cargo run --example custom_class
//! curl -u ann:ann http://127.0.0.1:3000/api/papers     # all of her team's, hers before they are public too
//! curl -u ben:ben http://127.0.0.1:3000/api/papers     # his team's, once they are public
//! curl -u eve:eve http://127.0.0.1:3000/api/papers     # she is in no team
//! curl -u ben:ben -X DELETE http://127.0.0.1:3000/api/papers/1     # 403: he sees it, and it is not his
//! curl -u ben:ben http://127.0.0.1:3000/api/papers/2     # 404: he may not know of it
//! ```

use poem::{Server, listener::TcpListener};
use refrain::{
    Access, Api, Context, Denial, IsOwner, Operators, PermissionClass, ReadOnly, Result, Rule, Serializer, ViewSet,
    async_trait,
    auth::{Auth, NewUser, UserId},
    entity::Moment,
    migration::{MigrationTrait, MigratorTrait, tables},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait, Schema,
};

/// The papers of the teams the caller is in.
#[derive(Clone, Copy, Operators)]
struct IsInTeam;

#[async_trait]
impl PermissionClass for IsInTeam {
    type Model = paper::Entity;

    /// A condition on the row may ask other tables; it is never a list of keys carried through the program.
    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        let Some(UserId::Integer(user)) = cx.user().id() else { return Ok(Rule::Never) };
        let teams = member::Entity::find()
            .select_only()
            .column(member::Column::Team)
            .filter(member::Column::UserId.eq(user))
            .into_query();
        Ok(Rule::when(paper::Column::Team.in_subquery(teams)))
    }

    fn denial(&self) -> Denial {
        Denial::new("not_in_team", "This is a paper of another team.")
    }
}

/// The papers whose time has come.
#[derive(Clone, Copy, Operators)]
struct IsPublic;

#[async_trait]
impl PermissionClass for IsPublic {
    type Model = paper::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(paper::Column::PublicFrom.lte(Moment::now())))
    }
}

/// Papers: a team reads what is public, and the owner does everything.
struct Papers;

impl ViewSet for Papers {
    type Serializer = Paper;
    const PATH: &'static str = "/papers";

    fn permissions() -> Access<paper::Entity> {
        Access::to(IsInTeam & (IsOwner | (ReadOnly & IsPublic)))
    }
}

#[derive(Serializer)]
#[serializer(model = paper)]
struct Paper {
    #[serializer(read_only)]
    id: i64,
    team: String,
    #[serializer(length(1..))]
    title: String,
    #[serializer(read_only, default = Moment::now())]
    public_from: Moment,
}

mod paper {
    use refrain::entity::Moment;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "library_paper")]
    #[refrain(app = "library", model = "Paper", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub team: String,
        pub title: String,
        pub public_from: Moment,
        pub owner_id: Option<i32>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod member {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "library_member")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub team: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: i32,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        tables(Default::default())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (db, auth) = (refrain::connect("sqlite::memory:").await?, Auth::default());
    Migrator::up(&db, None).await?;
    let schema = Schema::new(db.get_database_backend());
    db.execute(&schema.create_table_from_entity(paper::Entity)).await?;
    db.execute(&schema.create_table_from_entity(member::Entity)).await?;
    fill(&db, &auth).await?;

    let api = Api::new("Papers", "1.0", db).auth(auth).mount(Papers).build()?;
    Ok(Server::new(TcpListener::bind("127.0.0.1:3000")).run(api.into_endpoint()).await?)
}

async fn fill(db: &DatabaseConnection, auth: &Auth) -> Result<(), Box<dyn std::error::Error>> {
    let now = Moment::now();
    let in_a_year = Moment::from(now.to_utc() + std::time::Duration::from_secs(365 * 24 * 60 * 60));
    for (name, team) in [("ann", Some("moss")), ("ben", Some("moss")), ("eve", None)] {
        let user = auth.create_user(db, NewUser::new(name).password(name)).await?;
        let Some(UserId::Integer(id)) = user.id() else { unreachable!("Django's own users are numbered") };
        let user_id = i32::try_from(id)?;
        if let Some(team) = team {
            let member = member::Model { team: team.to_owned(), user_id };
            member.into_active_model().insert(db).await?;
        }
        if name == "ann" {
            for (id, title, public_from) in [(1, "On lichen", now), (2, "Not finished", in_a_year)] {
                let (team, title) = ("moss".to_owned(), title.to_owned());
                let paper = paper::Model { id, team, title, public_from, owner_id: Some(user_id) };
                paper.into_active_model().insert(db).await?;
            }
        }
    }
    Ok(())
}
