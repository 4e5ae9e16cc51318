//! A database that asks for TLS is reached over it, and the modes that say they verify a server do.

use refrain::connect;
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ConnectionTrait, DatabaseConnection};

/// What the servers' users of TLS connect with: nobody else lets them in.
struct Road {
    before: String,
    after: String,
    parameter: [&'static str; 2],
    authority: String,
}

impl Road {
    async fn to(db: &TestDb) -> Self {
        let (variable, scheme, parameter) = match db.backend() {
            Backend::Postgres => {
                let made =
                    "DO $$ BEGIN CREATE ROLE refrain_tls LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
                db.execute_unprepared(made).await.expect("a role is made");
                ("TEST_POSTGRES_CA", "postgres://refrain_tls@", ["sslmode", "sslrootcert"])
            }
            _ => {
                let made = "CREATE USER IF NOT EXISTS refrain_tls@'%' REQUIRE SSL";
                db.execute_unprepared(made).await.expect("a user is made");
                let granted = "GRANT SELECT ON *.* TO refrain_tls@'%'";
                db.execute_unprepared(granted).await.expect("it may read");
                ("TEST_MARIADB_CA", "mysql://refrain_tls@", ["ssl-mode", "ssl-ca"])
            }
        };
        let authority = std::env::var(variable).unwrap_or_else(|_| {
            panic!("`{variable}` is not set: `cargo xtask test` and `cargo xtask servers` start servers with TLS")
        });
        let url = db.url();
        let (server, rest) = url.rsplit_once('@').expect("an address with a user").1.split_once('/').expect("a path");
        let (_, port) = server.rsplit_once(':').expect("a port");
        let name = rest.split('?').next().unwrap_or_default();
        Self { before: scheme.to_owned(), after: format!(":{port}/{name}"), parameter, authority }
    }

    fn url(&self, host: &str, mode: &str, authority: Option<&str>) -> String {
        let Self { before, after, parameter: [mode_is, ca_is], .. } = self;
        let authority = authority.map(|file| format!("&{ca_is}={file}")).unwrap_or_default();
        format!("{before}{host}{after}?{mode_is}={mode}{authority}")
    }
}

/// The cipher, empty where there is none.
async fn cipher(db: &TestDb, pool: &DatabaseConnection) -> String {
    let (sql, column) = match db.backend() {
        Backend::Postgres => ("SELECT coalesce(cipher, '') AS c FROM pg_stat_ssl WHERE pid = pg_backend_pid()", 0),
        _ => ("SHOW SESSION STATUS LIKE 'Ssl_cipher'", 1),
    };
    let row = pool.query_one_raw(db.statement(sql)).await.expect("it is answered").expect("a row");
    row.try_get_by_index(column).expect("text")
}

#[every_database(postgres, mariadb, because = "a file is not reached over a network")]
async fn a_server_that_asks_for_tls_is_reached_over_it(db: TestDb) {
    let road = Road::to(&db).await;
    let ca = road.authority.as_str();
    let other = std::env::temp_dir().join(format!("refrain-tls-{}-{:?}.pem", std::process::id(), db.backend()));
    std::fs::write(&other, OTHER_AUTHORITY).expect("a file is written");
    let other = other.to_str().expect("its name is text");
    let (plain, encrypts, verifies_ca, verifies_all) = match db.backend() {
        Backend::Postgres => ("disable", "require", "verify-ca", "verify-full"),
        _ => ("DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"),
    };
    // the certificate is for `localhost`, and for no number
    for (host, mode, authority, reached) in [
        ("127.0.0.1", plain, None, false),
        ("127.0.0.1", encrypts, None, true),
        ("127.0.0.1", verifies_ca, Some(ca), true),
        ("127.0.0.1", verifies_ca, None, false),
        ("127.0.0.1", verifies_ca, Some(other), false),
        ("127.0.0.1", verifies_all, Some(ca), false),
        ("localhost", verifies_all, Some(ca), true),
        ("localhost", verifies_all, None, false),
        ("localhost", verifies_all, Some(other), false),
    ] {
        match connect(&road.url(host, mode, authority)).await {
            Ok(pool) => {
                assert!(reached, "{mode} to {host} with {authority:?} is let through");
                let cipher = cipher(&db, &pool).await;
                assert!(cipher.starts_with("TLS_"), "{mode} to {host}: `{cipher}`");
                pool.close().await.expect("it closes");
            }
            Err(error) => {
                assert!(!reached, "{mode} to {host} with {authority:?}: {error:?}");
                assert!(!format!("{error} {error:?}").contains("refrain_tls@"), "{error:?}");
            }
        }
    }
    let _ = std::fs::remove_file(other);
}

/// An authority that signed nothing here.
const OTHER_AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----
MIIBoDCCAUWgAwIBAgIUWWkHdU2vVKnepi67d2Cr8hjjRfowCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRYW5vdGhlciBhdXRob3JpdHkwIBcNMjYxMTIzMDMyODQyWhgP
MjEyNjEwMzAwMzI4NDJaMBwxGjAYBgNVBAMMEWFub3RoZXIgYXV0aG9yaXR5MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE853fIZiMZnJwu0nnkg8Yyyv4aAiwm+c6
FBhOSjCRq+2s87PwHXdNgxe65mbadC7HTrE3g8g+qkpN87/gW/QSUKNjMGEwHQYD
VR0OBBYEFDCUzKOE1/VjWiW9qTzu2fs1BRSWMB8GA1UdIwQYMBaAFDCUzKOE1/Vj
WiW9qTzu2fs1BRSWMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMAoG
CCqGSM49BAMCA0kAMEYCIQDkU/TpH0yFfgQX9X6FoRecDPfKeEx7MUZP6trXXW5k
kQIhAO1DIDhW+osaJXBuwduc9L0Yvde3wnkKlbnArhRYQbc/
-----END CERTIFICATE-----
";
