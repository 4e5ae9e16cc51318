//! Fleets that hang on fleets, buses of fleets, seats of buses; each with permissions that a case chooses.

use std::{cell::RefCell, sync::Arc};

use refrain::{
    Access, Context, Db, Permissions, Serializer, ViewSet, async_trait,
    auth::{Auth, NewUser, User},
    authentication::{Authenticator, Offered, Refused, SecurityKind, SecurityScheme},
    model::Models,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter, Schema, Select,
};

macro_rules! model {
    ($module:ident, $object:literal, $table:literal, $points_at:ident) => {
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = $table)]
            #[refrain(app = "through", model = $object, owner = "owner_id")]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: i32,
                pub $points_at: Option<i32>,
                pub owner_id: Option<i32>,
                pub open: Option<bool>,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

model!(fleet, "Fleet", "through_fleet", parent_id);
model!(bus, "Bus", "through_bus", fleet_id);
model!(seat, "Seat", "through_seat", bus_id);

macro_rules! viewset {
    ($viewset:ident, $serializer:ident, $module:ident, $points_at:ident, $path:literal, $level:literal) => {
        #[derive(Serializer)]
        #[serializer(model = $module)]
        pub struct $serializer {
            pub id: i32,
            pub $points_at: Option<i32>,
            pub owner_id: Option<i32>,
            pub open: Option<bool>,
        }

        pub struct $viewset;

        impl ViewSet for $viewset {
            type Serializer = $serializer;
            const PATH: &'static str = $path;

            fn permissions() -> Access<$module::Entity> {
                Access::to(CASE.with_borrow(|case| case.permissions[$level].clone()))
            }

            fn query(&self, _: &Context<'_>) -> Option<Select<$module::Entity>> {
                let chooses = CASE.with_borrow(|case| case.chooses[$level]);
                chooses.then(|| $module::Entity::find().filter($module::Column::Open.ne(false)))
            }
        }
    };
}

viewset!(Roots, Root, fleet, parent_id, "/roots", 0);
viewset!(Fleets, Fleet, fleet, parent_id, "/fleets", 1);
viewset!(Buses, Bus, bus, fleet_id, "/buses", 2);
viewset!(Seats, Seat, seat, bus_id, "/seats", 3);

pub const PATHS: [&str; 4] = ["/api/roots", "/api/fleets", "/api/buses", "/api/seats"];

/// What the viewsets of this thread say of themselves, by their level.
pub struct Chosen {
    pub permissions: [Permissions; 4],
    /// has it a query of its own?
    pub chooses: [bool; 4],
}

thread_local! {
    static CASE: RefCell<Chosen> = RefCell::new(Chosen {
        permissions: std::array::from_fn(|_| refrain::IntoPermissions::into_permissions(refrain::DenyAll)),
        chooses: [false; 4],
    });
}

pub fn choose(chosen: Chosen) {
    CASE.set(chosen);
}

/// A row of any of them.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: i32,
    pub points_at: Option<i32>,
    pub owner: Option<i32>,
    pub open: Option<bool>,
}

/// Tables and users: alice, bob, and a superuser; who asks says their name in a header.
pub struct Site {
    pub auth: Auth,
    pub db: DatabaseConnection,
    pub users: Vec<Arc<User>>,
}

pub const NAMES: [&str; 3] = ["alice", "bob", "root"];

impl Site {
    pub async fn open(db: &DatabaseConnection) -> Self {
        let schema = Schema::new(db.get_database_backend());
        db.execute(&schema.create_table_from_entity(fleet::Entity)).await.unwrap();
        db.execute(&schema.create_table_from_entity(bus::Entity)).await.unwrap();
        db.execute(&schema.create_table_from_entity(seat::Entity)).await.unwrap();
        let auth = Auth::default();
        let models = Models::default().with::<fleet::Entity>().with::<bus::Entity>().with::<seat::Entity>();
        auth.sync_permissions(db, &models, &Default::default()).await.unwrap();
        let mut users = Vec::new();
        for name in NAMES {
            let mut user = auth.create_user(db, NewUser::new(name)).await.unwrap();
            user.is_superuser = name == "root";
            user.save_flags(db).await.unwrap();
            users.push(Arc::new(user));
        }
        Self { auth, db: db.clone(), users }
    }

    pub fn key(&self, name: &str) -> i32 {
        let user = self.users.iter().find(|user| user.username == name).expect("one of the three");
        user.id().expect("they have keys").to_string().parse().expect("an integer")
    }

    /// Makes the tables hold these rows, and alice what was granted on them: a codename's first part and a row.
    pub async fn settle(&self, rows: &[Vec<Row>; 3], granted: &[(usize, &'static str, i32)]) {
        for table in ["through_fleet", "through_bus", "through_seat", "guardian_userobjectpermission"] {
            self.db.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
        }
        let [fleets, buses, seats] = rows;
        let fleets = fleets.iter().map(|row| fleet::Model {
            id: row.id,
            parent_id: row.points_at,
            owner_id: row.owner,
            open: row.open,
        });
        let fleets = insert::<fleet::Entity>(&self.db, fleets.collect()).await;
        let buses = buses.iter().map(|row| bus::Model {
            id: row.id,
            fleet_id: row.points_at,
            owner_id: row.owner,
            open: row.open,
        });
        let buses = insert::<bus::Entity>(&self.db, buses.collect()).await;
        let seats = seats.iter().map(|row| seat::Model {
            id: row.id,
            bus_id: row.points_at,
            owner_id: row.owner,
            open: row.open,
        });
        let seats = insert::<seat::Entity>(&self.db, seats.collect()).await;
        let alice = [&*self.users[0]];
        for (table, first, id) in granted {
            match table {
                0 => {
                    let row = fleets.iter().filter(|row| row.id == *id);
                    self.auth.assign_perm(&self.db, format!("{first}_fleet"), alice, row).await.unwrap()
                }
                1 => {
                    let row = buses.iter().filter(|row| row.id == *id);
                    self.auth.assign_perm(&self.db, format!("{first}_bus"), alice, row).await.unwrap()
                }
                _ => {
                    let row = seats.iter().filter(|row| row.id == *id);
                    self.auth.assign_perm(&self.db, format!("{first}_seat"), alice, row).await.unwrap()
                }
            };
        }
    }
}

async fn insert<E: EntityTrait>(db: &DatabaseConnection, rows: Vec<E::Model>) -> Vec<E::Model>
where
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::ActiveModel> + Clone,
{
    let active = rows.iter().cloned().map(|row| row.into_active_model().reset_all());
    let active: Vec<_> = active.collect();
    if !active.is_empty() {
        E::insert_many(active).exec_without_returning(db).await.unwrap();
    }
    rows
}

/// Lets in whoever is named.
pub struct ByName;

#[async_trait]
impl Authenticator for ByName {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let Some(name) = offered.headers.get("x-name").and_then(|value| value.to_str().ok()) else { return Ok(None) };
        Ok(auth.user(db, name).await?)
    }

    fn challenge(&self) -> Option<String> {
        Some("Name".to_owned())
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("byName", SecurityKind::Header("X-Name".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-Name"
    }
}
