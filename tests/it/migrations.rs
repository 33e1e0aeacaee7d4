//! The migrations and `src/store/schema.rs` say the same, on both databases, and every migration
//! can be taken back.

use std::collections::BTreeMap;
use std::fs;

use diesel::connection::{Connection, LoadConnection};
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use switchboard::store::postgres::Target;
use switchboard::store::queues::{self, Policy};
use switchboard::store::{Conn, Options, Store};

use crate::services;

/// `table.column`, and its type with whether it may be null.
type Columns = BTreeMap<String, (String, bool)>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

const OF_SQLITE: &str = "SELECT m.name || '.' || c.name AS name, lower(c.type) AS kind,
        c.\"notnull\" = 0 AND c.pk = 0 AS nullable
    FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
    AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

const OF_POSTGRES: &str = "SELECT table_name || '.' || column_name AS name,
        CAST(data_type AS TEXT) AS kind, is_nullable = 'YES' AS nullable
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_%'";

/// What `schema.rs` says. Its types have the names of SQL, but for ids.
fn schema() -> Columns {
    let files = ["src/store/schema.rs", "src/store/schema_people.rs"];
    let text: String = files.map(|file| fs::read_to_string(file).unwrap()).concat();
    let (mut columns, mut table) = (Columns::new(), String::new());
    let mut called: Option<&str> = None;
    for line in text.lines().map(str::trim) {
        let named = line.strip_prefix("#[sql_name = \"");
        if let Some(name) = named.and_then(|it| it.strip_suffix("\"]")) {
            called = Some(name);
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            if line.starts_with("diesel::") {
                continue;
            }
            let inner = kind
                .strip_prefix("Nullable<")
                .and_then(|it| it.strip_suffix('>'));
            let sql = match inner.unwrap_or(kind) {
                "SqlId" => "uuid",
                "Text" => "text",
                "BigInt" => "bigint",
                "Integer" => "integer",
                "Bool" => "boolean",
                "Json" => "json",
                other => panic!("{other} is a type that no table had so far"),
            };
            let column = called.take().unwrap_or(column);
            columns.insert(format!("{table}.{column}"), (sql.into(), inner.is_some()));
        } else if let Some((name, _)) = line.strip_suffix(" {").and_then(|it| it.split_once(" (")) {
            table = name.into();
        }
    }
    assert!(columns.len() > 50, "schema.rs is read");
    columns
}

/// Up, compared, down to nothing, and up again.
fn there_and_back<C>(conn: &mut C, columns: &str)
where
    C: Connection + LoadConnection + MigrationHarness<C::Backend>,
    FileBasedMigrations: MigrationSource<C::Backend>,
    C::Backend: diesel::sql_types::HasSqlType<Text> + diesel::sql_types::HasSqlType<Bool>,
    diesel::query_builder::SqlQuery: QueryFragment<C::Backend>,
    for<'q> diesel::query_builder::SqlQuery: diesel::query_dsl::methods::LoadQuery<'q, C, Column>,
{
    let migrations = || FileBasedMigrations::from_path("migrations").unwrap();
    let read = |conn: &mut C| -> Columns {
        let rows: Vec<Column> = diesel::sql_query(columns).load(conn).unwrap();
        rows.into_iter()
            .map(|one| (one.name, (one.kind, one.nullable)))
            .collect()
    };
    conn.run_pending_migrations(migrations()).unwrap();
    assert_eq!(
        read(conn),
        schema(),
        "the database on the left, schema.rs on the right"
    );
    conn.revert_all_migrations(migrations()).unwrap();
    assert_eq!(read(conn), Columns::new(), "nothing is left behind");
    conn.run_pending_migrations(migrations()).unwrap();
    assert_eq!(read(conn), schema());
}

#[test]
fn sqlite_has_the_columns_of_the_schema_and_can_go_back() {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    there_and_back(&mut conn, OF_SQLITE);
}

#[test]
fn postgres_has_the_columns_of_the_schema_and_can_go_back() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let mut conn = Target::parse(&postgres.database())
        .unwrap()
        .connect()
        .unwrap();
    there_and_back(&mut conn, OF_POSTGRES);
}

/// A queue that says nothing of its policy has the one that the program begins with. The id is
/// an expression of the database.
async fn queue_without_a_policy(url: String, id: &'static str) {
    let options = Options {
        url,
        connections: 1,
    };
    let open = move || Store::open(&options).unwrap();
    let store = tokio::task::spawn_blocking(open).await.unwrap();
    let insert = move |conn: &mut Conn| {
        let columns = "id, name, name_key, mode, waiting_max, created_at";
        conn.execute(&format!(
            "INSERT INTO queues ({columns}) VALUES ({id}, 'a', 'a', 'auto', 1, 0)"
        ))?;
        Ok(queues::list(conn)?)
    };
    let made = store.write(insert).await.unwrap();
    assert_eq!(made[0].policy, Policy::default());
}

#[tokio::test]
async fn sqlite_has_the_policy_of_the_program_as_its_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("switchboard.db");
    queue_without_a_policy(format!("sqlite:{}", path.display()), "randomblob(16)").await;
}

#[tokio::test]
async fn postgres_has_the_policy_of_the_program_as_its_default() {
    if let Some(postgres) = services::postgres() {
        queue_without_a_policy(postgres.database(), "gen_random_uuid()").await;
    }
}
