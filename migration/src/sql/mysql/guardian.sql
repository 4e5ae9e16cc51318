CREATE TABLE `guardian_groupobjectpermission` (
    `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
    `object_pk` varchar(255) NOT NULL,
    `content_type_id` integer NOT NULL,
    `group_id` integer NOT NULL,
    `permission_id` integer NOT NULL,
    UNIQUE KEY `guardian_groupobjectperm_group_id_permission_id_o_3f189f7c_uniq` (`group_id`, `permission_id`, `object_pk`),
    KEY `guardian_groupobjectpermission_content_type_id_7ade36b8` (`content_type_id`),
    KEY `guardian_gr_permiss_83545c_idx` (`permission_id`, `group_id`, `content_type_id`, `object_pk`),
    KEY `guardian_gr_group_i_9e7d12_idx` (`group_id`, `content_type_id`, `object_pk`),
    CONSTRAINT `guardian_groupobject_content_type_id_7ade36b8_fk_django_co` FOREIGN KEY (`content_type_id`) REFERENCES `django_content_type` (`id`),
    CONSTRAINT `guardian_groupobject_group_id_4bbbfb62_fk_auth_grou` FOREIGN KEY (`group_id`) REFERENCES `auth_group` (`id`),
    CONSTRAINT `guardian_groupobject_permission_id_36572738_fk_auth_perm` FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`)
) CHARACTER SET utf8mb4 COLLATE {collation};

CREATE TABLE `guardian_userobjectpermission` (
    `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
    `object_pk` varchar(255) NOT NULL,
    `content_type_id` integer NOT NULL,
    `permission_id` integer NOT NULL,
    `user_id` {user_key} NOT NULL,
    UNIQUE KEY `guardian_userobjectpermi_user_id_permission_id_ob_b0b3d2fc_uniq` (`user_id`, `permission_id`, `object_pk`),
    KEY `guardian_userobjectpermission_content_type_id_2e892405` (`content_type_id`),
    KEY `guardian_us_permiss_e5749c_idx` (`permission_id`, `user_id`, `content_type_id`, `object_pk`),
    KEY `guardian_us_user_id_8eae14_idx` (`user_id`, `content_type_id`, `object_pk`),
    CONSTRAINT `guardian_userobjectp_content_type_id_2e892405_fk_django_co` FOREIGN KEY (`content_type_id`) REFERENCES `django_content_type` (`id`),
    CONSTRAINT `guardian_userobjectp_permission_id_71807bfc_fk_auth_perm` FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`),
    CONSTRAINT `<<guardian_userobjectpermission(user_id)_fk_{users}_id>>` FOREIGN KEY (`user_id`) REFERENCES `{users}` (`id`)
) CHARACTER SET utf8mb4 COLLATE {collation};
