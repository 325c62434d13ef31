package import MailConfiguration

/// What is known of the products: their schemas as published. `base` is relative to the directory's.
package enum PresetMaps {
    package static func sections(_ preset: DirectoryPreset) -> [DirectoryNames.Kind: DirectorySection] {
        switch preset {
        case .openldap: openldap
        case .activeDirectory: activeDirectory
        case .freeipa: freeipa
        case .lldap: lldap
        case .custom: [:]
        }
    }

    private static func section(
        _ base: String? = nil, _ filter: String?, _ fill: (inout DirectoryAttributes) -> Void
    ) -> DirectorySection {
        var attributes = DirectoryAttributes()
        fill(&attributes)
        return DirectorySection(base: base, filter: filter, attributes: attributes)
    }

    /// core, cosine, inetorgperson, misc (nisMailAlias, inetLocalMailRecipient) and the ppolicy overlay. Which entries are
    /// shared mailboxes no schema says: a filter does.
    private static let openldap: [DirectoryNames.Kind: DirectorySection] = [
        .user: section(nil, "(&(objectClass=inetOrgPerson)(mail=*))") {
            $0.id = "entryUUID"
            $0.logins = ["uid"]
            $0.addresses = ["mail"]
            $0.aliases = ["mailLocalAddress"]
            $0.names = ["displayName", "cn"]
            $0.language = ["preferredLanguage"]
            $0.suspended = [SuspensionRule("pwdAccountLockedTime", .values(["000001010000Z"]))]
            $0.memberOf = ["memberOf"]
            $0.passwordChanged = ["pwdChangedTime"]
        },
        .shared: section(nil, nil) {
            $0.id = "entryUUID"
            $0.addresses = ["mail"]
            $0.aliases = ["mailLocalAddress"]
            $0.names = ["displayName", "description", "cn"]
            $0.members = ["member", "uniqueMember", "memberUid"]
            $0.mayManage = ["owner"]
        },
        .group: section(nil, "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))") {
            $0.id = "entryUUID"
            $0.addresses = ["mail"]
            $0.aliases = ["mailLocalAddress"]
            $0.names = ["displayName", "description", "cn"]
            $0.members = ["member", "uniqueMember", "memberUid"]
        },
        .alias: section(nil, "(objectClass=nisMailAlias)") {
            $0.id = "entryUUID"
            $0.addresses = ["cn"]
            $0.targets = ["rfc822MailMember"]
        },
    ]

    /// MS-ADA1 to 3; userAccountControl's ADS_UF_ACCOUNTDISABLE (2) and ADS_UF_LOCKOUT are MS-ADTS §2.2.16.
    private static let activeDirectory: [DirectoryNames.Kind: DirectorySection] = [
        .user: section(nil, "(&(objectCategory=person)(objectClass=user)(|(mail=*)(proxyAddresses=*)))") {
            $0.id = "objectGUID"
            $0.logins = ["sAMAccountName", "userPrincipalName"]
            $0.addresses = ["mail"]
            $0.aliases = ["proxyAddresses"]
            $0.names = ["displayName", "cn"]
            $0.language = ["preferredLanguage"]
            $0.suspended = [SuspensionRule("userAccountControl", .bits(2))]
            $0.memberOf = ["memberOf"]
            $0.passwordChanged = ["pwdLastSet"]
        },
        .shared: section(nil, nil) {
            $0.id = "objectGUID"
            $0.addresses = ["mail"]
            $0.aliases = ["proxyAddresses"]
            $0.names = ["displayName", "cn"]
            $0.members = ["member"]
            $0.mayManage = ["managedBy"]
        },
        .group: section(nil, "(objectClass=group)") {
            $0.id = "objectGUID"
            $0.addresses = ["mail"]
            $0.aliases = ["proxyAddresses"]
            $0.names = ["displayName", "cn"]
            $0.members = ["member"]
        },
    ]

    /// FreeIPA's 389 Directory Server schema (60basev2.ldif, 60ipaconfig.ldif).
    private static let freeipa: [DirectoryNames.Kind: DirectorySection] = [
        .user: section("cn=users,cn=accounts", "(&(objectClass=posixAccount)(mail=*))") {
            $0.id = "ipaUniqueID"
            $0.logins = ["uid", "krbPrincipalName"]
            $0.addresses = ["mail"]
            $0.aliases = ["mailAlternateAddress"]
            $0.names = ["displayName", "cn"]
            $0.language = ["preferredLanguage"]
            $0.suspended = [SuspensionRule("nsAccountLock", .values(["TRUE"]))]
            $0.memberOf = ["memberOf"]
            $0.passwordChanged = ["krbLastPwdChange"]
        },
        .shared: section("cn=groups,cn=accounts", nil) {
            $0.id = "ipaUniqueID"
            $0.addresses = ["mail"]
            $0.aliases = ["mailAlternateAddress"]
            $0.names = ["description", "cn"]
            $0.members = ["member"]
            $0.mayManage = ["memberManager"]
        },
        .group: section("cn=groups,cn=accounts", "(objectClass=ipaUserGroup)") {
            $0.id = "ipaUniqueID"
            $0.addresses = ["mail"]
            $0.aliases = ["mailAlternateAddress"]
            $0.names = ["description", "cn"]
            $0.members = ["member"]
        },
    ]

    /// LLDAP's fixed schema; its groups have no address unless an attribute of one's own is added.
    private static let lldap: [DirectoryNames.Kind: DirectorySection] = [
        .user: section("ou=people", "(&(objectClass=person)(mail=*))") {
            $0.id = "entryUUID"
            $0.logins = ["uid"]
            $0.addresses = ["mail"]
            $0.names = ["cn", "displayName"]
            $0.memberOf = ["memberOf"]
        },
        .shared: section("ou=groups", nil) {
            $0.id = "entryUUID"
            $0.addresses = ["mail"]
            $0.names = ["cn"]
            $0.members = ["uniqueMember", "member"]
        },
        .group: section("ou=groups", "(objectClass=groupOfUniqueNames)") {
            $0.id = "entryUUID"
            $0.addresses = ["mail"]
            $0.names = ["cn"]
            $0.members = ["uniqueMember", "member"]
        },
    ]
}
