"""An OpenLDAP server within the machine, with the people of two tenants."""

# The INBOX of a shared mailbox, as its members name it.
SHARED_FOLDER = "~desk/INBOX"
BASE = "dc=people,dc=example"
TENANTS = {"acme": ["ana", "bruno"], "casa": ["clara", "davi"]}
CONFIGURATION = f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
pidfile /srv/ldap/pid
database mdb
suffix "{BASE}"
rootdn "cn=admin,{BASE}"
rootpw secret
directory /srv/ldap/data
index objectClass,entryUUID,entryCSN,uid,mail eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=reader,{BASE}" read by anonymous auth by * none
overlay syncprov
"""

# Debian's own unit takes another place for its files.
UNIT = """[Unit]
Description=The directory of the test
After=network.target

[Service]
ExecStart=/usr/sbin/slapd -d 0 -f /srv/ldap/slapd.conf -h ldap://127.0.0.1:389

[Install]
WantedBy=multi-user.target
"""


def password(user):
    return f"ldap-{user}-2026"


def entries():
    lines = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: people\no: people\n",
             f"dn: cn=reader,{BASE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: reads\n"]
    for tenant, users in TENANTS.items():
        base = f"ou={tenant},{BASE}"
        for place in (base, f"ou=users,{base}", f"ou=groups,{base}", f"ou=shared,{base}"):
            name = place.split(",")[0].split("=")[1]
            lines.append(f"dn: {place}\nobjectClass: organizationalUnit\nou: {name}\n")
        for user in users:
            lines.append(f"dn: uid={user},ou=users,{base}\nobjectClass: inetOrgPerson\nuid: {user}\ncn: {user}\nsn: {user}\n"
                         f"mail: {user}@{tenant}.example\nuserPassword: {password(user)}\n")
        members = "".join(f"member: uid={user},ou=users,{base}\n" for user in users)
        for name, unit in (("crew", "groups"), ("desk", "shared")):
            lines.append(f"dn: cn={name},ou={unit},{base}\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: {name}\n{members}"
                         f"mail: {name}@{tenant}.example\n")
    return "\n".join(lines)


def configuration(tenant):
    """The tenant's directory.yaml. Everybody may write to casa's groups, and to acme's its own users, as where nothing is said."""
    senders = "anyone" if tenant == "casa" else "tenant"
    base = f"ou={tenant},{BASE}"
    return f"""schema: 1
directories:
  - id: people
    preset: openldap
    urls: ["ldap://127.0.0.1:389"]
    starttls: false
    bind: {{ dn: "cn=reader,{BASE}", password_file: ldap.secret }}
    base: {base}
    users: {{ base: "ou=users,{base}", filter: (objectClass=inetOrgPerson) }}
    shared_mailboxes: {{ base: "ou=shared,{base}", filter: (objectClass=groupOfNames) }}
    groups: {{ base: "ou=groups,{base}", filter: (objectClass=groupOfNames), attributes: {{ senders: {senders} }} }}
"""
