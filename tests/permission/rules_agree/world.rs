//! The rows of one case, and who asks about them.

use std::sync::Arc;

use proptest::prelude::*;
use refrain::{
    Db, Serializer, ViewSet, async_trait,
    auth::{Auth, Ceiling, NewUser, User},
    authentication::{Authenticator, Offered, Refused, SecurityKind, SecurityScheme},
    model::Models,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, Schema,
};

/// A car, about which nearly nothing need be known.
pub mod car {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "agree_car")]
    #[refrain(app = "agree", model = "Car", permissions(publish_car = "Can publish car"), owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub name: Option<String>,
        pub published: Option<bool>,
        pub garage_id: Option<i32>,
        pub owner_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod garage {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "agree_garage")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub open: Option<bool>,
        pub annexe_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod seat {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "agree_seat")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub car_id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = car)]
pub struct Car {
    #[serializer(read_only, filled)]
    pub id: i64,
    #[serializer(write_only)]
    pub name: Option<String>,
}

/// Declares nothing: a case's expression is the global default.
pub struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
}

/// The rows of one case.
#[derive(Clone, Debug)]
pub struct World {
    pub cars: Vec<car::Model>,
    pub garages: Vec<garage::Model>,
    pub seats: Vec<i64>,
}

/// The users there are; `None` owns nothing and is nobody.
pub const USERS: [Option<&str>; 7] =
    [None, Some("plain"), Some("other"), Some("staff"), Some("super"), Some("gone"), Some("gone_super")];

/// What a user may hold.
pub const CODENAMES: [&str; 5] = ["view_car", "add_car", "change_car", "delete_car", "publish_car"];

/// Who asks, what they hold, and what their credential allows of that.
#[derive(Clone, Debug)]
pub struct Who {
    pub name: Option<&'static str>,
    pub held: Vec<&'static str>,
    pub ceiling: Option<Vec<&'static str>>,
    /// between the requests of the case
    pub is_kept: bool,
}

impl Who {
    pub fn is_staff(&self) -> bool {
        self.name == Some("staff") && self.ceiling.is_none()
    }
    pub fn is_active(&self) -> bool {
        !matches!(self.name, None | Some("gone" | "gone_super"))
    }
    pub fn is_superuser(&self) -> bool {
        matches!(self.name, Some("super" | "gone_super")) && self.ceiling.is_none()
    }
    pub fn holds(&self, codename: &str) -> bool {
        match &self.ceiling {
            Some(ceiling) => ceiling.contains(&codename) && self.whole().holds(codename),
            None => self.is_active() && (self.is_superuser() || self.held.contains(&codename)),
        }
    }
    /// Without the ceiling.
    pub fn whole(&self) -> Self {
        Self { ceiling: None, ..self.clone() }
    }
    /// Nobody in particular.
    pub fn nobody() -> Self {
        Self { name: None, held: Vec::new(), ceiling: None, is_kept: false }
    }
}

pub fn askers() -> impl Strategy<Value = Who> {
    let held = prop::sample::subsequence(CODENAMES.to_vec(), 0..=CODENAMES.len());
    (prop::sample::select(USERS.to_vec()), held, any::<bool>()).prop_map(|(name, held, is_kept)| Who {
        name,
        held,
        ceiling: None,
        is_kept,
    })
}

/// The same with a credential that allows some permissions only.
pub fn askers_within() -> impl Strategy<Value = Who> {
    let ceiling = prop::sample::subsequence(CODENAMES.to_vec(), 0..=CODENAMES.len());
    (askers(), ceiling).prop_map(|(who, ceiling)| Who { ceiling: Some(ceiling), ..who })
}

/// `owners` are the keys of users who may own a car.
pub fn worlds(owners: Vec<i32>) -> impl Strategy<Value = World> {
    let name = prop::option::of(prop::sample::select(vec!["x", "y", ""]));
    let garage_id = || prop::option::of(1..=4_i32);
    let owner = prop::option::of(prop::sample::select(owners));
    let cars = prop::collection::vec((name, any::<Option<bool>>(), garage_id(), owner), 0..6);
    let garages = prop::collection::vec((any::<Option<bool>>(), garage_id()), 0..=3);
    (cars, garages, prop::sample::subsequence(vec![1_i64, 2, 3, 4, 5], 0..=5)).prop_map(|(cars, garages, seats)| {
        let cars = cars.into_iter().zip(1..).map(|((name, published, garage_id, owner_id), id)| car::Model {
            id,
            name: name.map(str::to_owned),
            published,
            garage_id,
            owner_id,
        });
        let garages = garages.into_iter().zip(1..).map(|((open, annexe_id), id)| garage::Model { id, open, annexe_id });
        World { cars: cars.collect(), garages: garages.collect(), seats }
    })
}

impl World {
    /// Makes the database hold this, and nothing of the case before.
    pub async fn settle(&self, db: &DatabaseConnection) {
        for table in ["agree_car", "agree_garage", "agree_seat"] {
            db.execute_unprepared(&format!("DELETE FROM {table}")).await.expect("the table is there");
        }
        let seats = self.seats.iter().map(|car_id| seat::ActiveModel { car_id: Set(*car_id) });
        insert::<car::Entity>(db, self.cars.iter().cloned().map(full)).await;
        insert::<garage::Entity>(db, self.garages.iter().cloned().map(full)).await;
        insert::<seat::Entity>(db, seats).await;
    }
}

/// `into_active_model` leaves unset what should be written.
fn full<M: IntoActiveModel<A>, A: ActiveModelTrait>(row: M) -> A {
    row.into_active_model().reset_all()
}

async fn insert<E: EntityTrait>(db: &DatabaseConnection, rows: impl Iterator<Item = E::ActiveModel>) {
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        E::insert_many(rows).exec_without_returning(db).await.expect("the rows fit");
    }
}

/// A site with these tables and users; the user's name in a header says who asks.
pub struct Site {
    pub auth: Auth,
    pub db: DatabaseConnection,
    users: Vec<Arc<User>>,
}

impl Site {
    pub async fn open(db: &DatabaseConnection) -> Self {
        let schema = Schema::new(db.get_database_backend());
        db.execute(&schema.create_table_from_entity(car::Entity)).await.expect("no such table yet");
        db.execute(&schema.create_table_from_entity(garage::Entity)).await.expect("no such table yet");
        db.execute(&schema.create_table_from_entity(seat::Entity)).await.expect("no such table yet");
        let auth = Auth::default();
        let models = Models::default().with::<car::Entity>();
        auth.sync_permissions(db, &models, &Default::default()).await.expect("permissions are made");
        let mut users = Vec::new();
        for name in USERS.into_iter().flatten() {
            let new = match name {
                "staff" => NewUser::new(name).staff(),
                "gone" => NewUser::new(name).inactive(),
                _ => NewUser::new(name),
            };
            let mut user = auth.create_user(db, new).await.expect("a user is made");
            user.is_superuser = matches!(name, "super" | "gone_super");
            user.is_active = !matches!(name, "gone" | "gone_super");
            user.save_flags(db).await.expect("the user is there");
            users.push(Arc::new(user));
        }
        Self { auth, db: db.clone(), users }
    }

    pub fn owners(&self) -> Vec<i32> {
        self.users.iter().filter_map(|user| user.id()?.to_string().parse().ok()).collect()
    }

    pub fn key_of(&self, who: &Who) -> Option<i32> {
        let user = self.users.iter().find(|user| Some(user.username.as_str()) == who.name)?;
        user.id()?.to_string().parse().ok()
    }

    /// Makes them hold exactly this.
    pub async fn grant(&self, who: &Who) {
        if let Some(user) = self.users.iter().find(|user| Some(user.username.as_str()) == who.name) {
            let labels: Vec<String> = who.held.iter().map(|codename| format!("agree.{codename}")).collect();
            user.permissions().set(&self.db, labels).await.expect("the permissions are there");
        }
    }

    pub async fn user(&self, who: &Who) -> User {
        match who.name {
            None => User::anonymous(&self.auth),
            Some(name) => {
                let user = self.auth.user(&self.db, name).await.expect("the database answers").expect("made above");
                match &who.ceiling {
                    Some(ceiling) => user.within(ceiling_of(ceiling.iter().copied())),
                    None => user,
                }
            }
        }
    }
}

fn ceiling_of<'a>(codenames: impl Iterator<Item = &'a str>) -> Ceiling {
    Ceiling::new(codenames.map(|codename| format!("agree.{codename}")))
}

/// Lets in whoever is named by their key, inactive users too: what classes say of them is asked as well.
pub struct ByKey;

#[async_trait]
impl Authenticator for ByKey {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let header = |name| offered.headers.get(name).and_then(|value| value.to_str().ok());
        let Some(key) = header("x-key").and_then(|key| key.parse::<i64>().ok()) else { return Ok(None) };
        let user = auth.user_by_id(db, key).await?;
        Ok(match header("x-ceiling") {
            Some(ceiling) => user.map(|user| user.within(ceiling_of(ceiling.split(' ').filter(|one| !one.is_empty())))),
            None => user,
        })
    }

    fn challenge(&self) -> Option<String> {
        Some("Key".to_owned())
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("byKey", SecurityKind::Header("X-Key".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-Key"
    }
}
