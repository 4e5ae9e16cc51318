//! A deleted row takes the grants on it along, by whatever model they were made, and those on the rows that the database
//! deletes with it: the next rows with their keys inherit nothing.

use poem::http::Method;
use refrain::{
    Access, AllowAny, Api, BuiltApi, Model, Result,
    auth::{Auth, NewUser, User},
    model::Models,
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{ConnectionTrait, ModelTrait};

use crate::{
    keyed::grants,
    support::{Client, Rules, auth, car, car_of, cars, user},
};

macro_rules! models {
    ($($module:ident: $table:literal, $model:literal { $($column:ident: $type:ty),* }
       points { $($relation:ident($from:ident) = $to:path $(, $action:ident)?;)* })*) => {$(
        mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = $table)]
            #[refrain(app = "drivers", model = $model)]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i64,
                $(pub $column: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter)]
            pub enum Relation {
                $($relation,)*
            }

            impl RelationTrait for Relation {
                fn def(&self) -> RelationDef {
                    match *self {
                        $(Self::$relation => {
                            use $to as to;
                            let relation = Entity::belongs_to(to::Entity).from(Column::$from).to(to::Column::Id);
                            $(let relation = relation.on_delete(sea_orm::sea_query::ForeignKeyAction::$action);)?
                            relation.into()
                        })*
                    }
                }
            }

            impl ActiveModelBehavior for ActiveModel {}
        }
    )*};
}

models! {
    service: "service", "Service" { car_id: i64 } points { Car(CarId) = crate::support::car, Cascade; }
    part: "part", "Part" { service_id: Option<i64>, part_id: Option<i64> } points {
        Service(ServiceId) = crate::deleted_rows::service;
        Whole(PartId) = crate::deleted_rows::part, Cascade;
    }
    fine: "fine", "Fine" { car_id: Option<i64> } points { Car(CarId) = crate::support::car; }
}

/// Another model of the cars' table.
mod vehicle {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_car")]
    #[refrain(app = "fleet", model = "Vehicle")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

struct Open;

impl Rules for Open {
    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }
}

struct Site {
    auth: Auth,
    alice: User,
}

impl Site {
    async fn open(db: &TestDb, models: &Models) -> Result<Self> {
        let auth = auth();
        auth.sync_permissions(db.db(), models, &Default::default()).await?;
        let (alice, _) = user(&auth, db, NewUser::new("alice"), &[]).await;
        Ok(Self { auth, alice })
    }

    fn api(&self, db: &TestDb, models: &Models) -> Result<BuiltApi> {
        let api = Api::new("Drivers", "1", db.db().clone()).auth(self.auth.clone()).models(models.clone());
        api.mount(cars::<Open>()).build()
    }

    /// Grants `view` on a row.
    async fn grant<R: ModelTrait<Entity: Model>>(&self, db: &TestDb, row: &R) -> Result<()> {
        let view = format!("view_{}", <R::Entity as Model>::MODEL_NAME);
        self.auth.assign_perm(db.db(), view, [&self.alice], [row]).await.map(drop)
    }

    async fn may_view<R: ModelTrait<Entity: Model>>(&self, db: &TestDb, row: &R) -> Result<bool> {
        self.alice.has_perm_on(db.db(), format!("view_{}", <R::Entity as Model>::MODEL_NAME), row).await
    }
}

fn every_model() -> Models {
    Models::default()
        .with::<car::Entity>()
        .with::<vehicle::Entity>()
        .with::<service::Entity>()
        .with::<part::Entity>()
        .with::<fine::Entity>()
}

/// Tables whose rows the database deletes with a car, and one whose rows it keeps.
async fn tables(db: &TestDb) -> Result<()> {
    let key = match db.backend() {
        Backend::Sqlite => "id integer PRIMARY KEY",
        _ => "id bigint NOT NULL PRIMARY KEY",
    };
    for (table, columns) in [
        ("service", "car_id bigint NOT NULL, FOREIGN KEY (car_id) REFERENCES drivers_car (id) ON DELETE CASCADE"),
        (
            "part",
            "service_id bigint NULL, part_id bigint NULL, \
             FOREIGN KEY (service_id) REFERENCES service (id) ON DELETE CASCADE, \
             FOREIGN KEY (part_id) REFERENCES part (id) ON DELETE CASCADE",
        ),
        ("fine", "car_id bigint NULL, FOREIGN KEY (car_id) REFERENCES drivers_car (id) ON DELETE SET NULL"),
    ] {
        db.execute_unprepared(&format!("CREATE TABLE {table} ({key}, {columns})")).await?;
    }
    Ok(())
}

async fn drop_tables(db: &TestDb) -> Result<()> {
    for table in ["fine", "part", "service"] {
        db.execute_unprepared(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}

#[every_database]
async fn what_the_database_deletes_with_a_row_leaves_no_grants(db: TestDb) -> Result<()> {
    let models = every_model();
    let site = Site::open(&db, &models).await?;
    tables(&db).await?;
    let (gone, kept) = (car_of(&db, None, "gone").await, car_of(&db, None, "kept").await);
    for sql in [
        format!("INSERT INTO service (id, car_id) VALUES (1, {}), (2, {})", gone.id, kept.id),
        "INSERT INTO part (id, service_id, part_id) VALUES (1, 1, NULL), (2, NULL, 1), (3, NULL, 2), (4, 2, NULL)"
            .into(),
        format!("INSERT INTO fine (id, car_id) VALUES (1, {})", gone.id),
    ] {
        db.execute_unprepared(&sql).await?;
    }
    let services = [(1, gone.id), (2, kept.id)].map(|(id, car_id)| service::Model { id, car_id });
    let parts = [(1, Some(1), None), (2, None, Some(1)), (3, None, Some(2)), (4, Some(2), None)]
        .map(|(id, service_id, part_id)| part::Model { id, service_id, part_id });
    let fine = fine::Model { id: 1, car_id: Some(gone.id) };
    for car in [&gone, &kept] {
        site.grant(&db, car).await?;
    }
    for service in &services {
        site.grant(&db, service).await?;
    }
    for part in &parts {
        site.grant(&db, part).await?;
    }
    site.grant(&db, &fine).await?;
    assert_eq!(grants(&db).await?, 9);

    let client = Client::new(site.api(&db, &models)?);
    let answer = client.ask(Method::DELETE, &format!("/api/cars/{}", gone.id), "", None).await;
    assert_eq!(answer.code(), 204, "{}", answer.text);
    assert!(!site.may_view(&db, &gone).await? && site.may_view(&db, &kept).await?);
    assert!(!site.may_view(&db, &services[0]).await? && site.may_view(&db, &services[1]).await?);
    for (part, stays) in parts.iter().zip([false, false, false, true]) {
        assert_eq!(site.may_view(&db, part).await?, stays, "{part:?}");
    }
    assert!(site.may_view(&db, &fine).await?, "the row is still there");
    assert_eq!(grants(&db).await?, 4);
    drop_tables(&db).await
}

#[every_database]
async fn a_row_is_deleted_as_a_row_of_every_model_of_its_table(db: TestDb) -> Result<()> {
    let models = Models::default().with::<vehicle::Entity>().with::<car::Entity>();
    let site = Site::open(&db, &models).await?;
    let (gone, kept) = (car_of(&db, None, "gone").await, car_of(&db, None, "kept").await);
    let vehicle = |car: &car::Model| vehicle::Model { id: car.id };
    for car in [&gone, &kept] {
        site.grant(&db, car).await?;
        site.grant(&db, &vehicle(car)).await?;
    }
    let client = Client::new(site.api(&db, &models)?);
    let answer = client.ask(Method::DELETE, &format!("/api/cars/{}", gone.id), "", None).await;
    assert_eq!(answer.code(), 204, "{}", answer.text);
    assert!(!site.may_view(&db, &gone).await? && !site.may_view(&db, &vehicle(&gone)).await?);
    assert!(site.may_view(&db, &kept).await? && site.may_view(&db, &vehicle(&kept)).await?);
    assert_eq!(grants(&db).await?, 2);
    Ok(())
}

#[every_database]
async fn a_grant_waits_for_a_row_that_may_go_with_another(db: TestDb) -> Result<()> {
    let models = every_model();
    let site = Site::open(&db, &models).await?;
    tables(&db).await?;
    let gone = car_of(&db, None, "gone").await;
    db.execute_unprepared(&format!("INSERT INTO service (id, car_id) VALUES (1, {})", gone.id)).await?;
    let service = service::Model { id: 1, car_id: gone.id };
    // made while the deletion is on its way: either it is seen, or there is no row to grant it on
    let granting = db.another_pool().await;
    let (auth, alice) = (site.auth.clone(), site.alice.id().expect("known"));
    let granted = tokio::spawn(async move {
        let holder = refrain::grants::Holder::User(alice);
        for _ in 0..20 {
            if auth.assign_perm(&granting, "view_service", [holder], [&service]).await.is_err() {
                return;
            }
        }
    });
    let client = Client::new(site.api(&db, &models)?);
    let answer = client.ask(Method::DELETE, &format!("/api/cars/{}", gone.id), "", None).await;
    assert_eq!(answer.code(), 204, "{}", answer.text);
    granted.await.expect("no panic");
    assert_eq!(grants(&db).await?, 0);
    drop_tables(&db).await
}

/// Who declares no relation pays nothing.
#[every_database]
async fn a_deletion_without_relations_asks_no_more(db: TestDb) -> Result<()> {
    let models = Models::default().with::<car::Entity>();
    let site = Site::open(&db, &models).await?;
    let row = car_of(&db, None, "a car").await;
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1", counting.clone()).auth(site.auth.clone()).mount(cars::<Open>());
    let client = Client::new(api.build()?);
    counter.take();
    assert_eq!(client.ask(Method::DELETE, &format!("/api/cars/{}", row.id), "", None).await.code(), 204);
    let touched: Vec<String> = counter.take().into_iter().filter(|sql| sql.contains("DELETE")).collect();
    assert_eq!(touched.len(), 3, "the grants of users, those of groups, and the row: {touched:?}");
    Ok(())
}

#[every_database]
async fn check_names_the_foreign_keys_that_no_relation_declares(db: TestDb) -> Result<()> {
    tables(&db).await?;
    let told = |models: Models| -> Result<BuiltApi> {
        Api::new("Drivers", "1", db.db().clone()).auth(auth()).models(models).mount(cars::<Open>()).build()
    };
    assert!(told(every_model())?.check_foreign_keys().await?.is_empty());
    // what is not registered in between hides the parts
    let without = Models::default().with::<part::Entity>();
    let found = told(without)?.check_foreign_keys().await?;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0].message,
        "deleting a row of `drivers_car` deletes rows of `drivers.part` by the foreign key `service.car_id`, which no \
         relation declares: what was granted on them stays, for the next rows with their keys"
    );
    drop_tables(&db).await
}
