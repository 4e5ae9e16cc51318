use md5::{Digest, Md5};

/// The name that Django gives to an index or a constraint: the table, its columns, eight digits of a digest of both, and
/// a suffix, cut to what the database allows (CONTRACT 1.8).
pub(crate) fn django_name(table: &str, columns: &[&str], suffix: &str, longest: usize) -> String {
    let mut end = format!("{}{suffix}", digest(table, columns));
    let columns = columns.join("_");
    let name = format!("{table}_{columns}_{end}");
    if name.len() <= longest {
        return name;
    }
    if end.len() > longest / 3 {
        end.truncate(longest / 3);
    }
    let each = (longest - end.len()) / 2 - 1;
    let name = format!("{}_{}_{end}", cut(table, each), cut(&columns, each));
    if name.starts_with(|c: char| c == '_' || c.is_ascii_digit()) {
        return format!("D{}", cut(&name, name.len() - 1));
    }
    name
}

fn digest(table: &str, columns: &[&str]) -> String {
    let mut digest = Md5::new();
    digest.update(table);
    for column in columns {
        digest.update(column);
    }
    digest.finalize()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All names here are ASCII (see `app::apps`), so a byte is a character.
fn cut(text: &str, longest: usize) -> &str {
    &text[..text.len().min(longest)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_djangos() {
        for (table, columns, suffix, longest, name) in [
            ("auth_user", &["username"][..], "_like", 63, "auth_user_username_6821ab7c_like"),
            ("auth_user_groups", &["user_id"], "", 200, "auth_user_groups_user_id_6a12ed8b"),
            (
                "auth_user_user_permissions",
                &["permission_id"],
                "_fk_auth_permission_id",
                63,
                "auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm",
            ),
            (
                "club_member_user_permissions",
                &["member_id", "permission_id"],
                "_uniq",
                64,
                "club_member_user_permiss_member_id_permission_id_dfea0d44_uniq",
            ),
            (
                "guardian_userobjectpermission",
                &["user_id"],
                "_fk_club_member_id",
                63,
                "guardian_userobjectp_user_id_d5c1e964_fk_club_memb",
            ),
            (
                "guardian_userobjectpermission",
                &["user_id"],
                "_fk_club_member_id",
                64,
                "guardian_userobjectpermission_user_id_d5c1e964_fk_club_member_id",
            ),
        ] {
            assert_eq!(django_name(table, columns, suffix, longest), name);
        }
    }
}
