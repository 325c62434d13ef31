"""What the measured servers are set to, beyond the defaults of their packages.

Each setting that is not a default stands here with its reason; whatever else is set stops the benchmark, so that no side is tuned
in secret.
"""
import json
import re
import subprocess

PRIVATE = "a private server on loopback, in a folder of its own"
USERS = "who the benchmark's users are"
MANY = "the load comes from one address, with many connections"
FAIR = "in the peer's favour: no process for each log-in, passwords remembered"

ALLOWED = {
    "malaposta": {
        "schema": PRIVATE, "host_name": PRIVATE, "listeners[*].name": PRIVATE, "listeners[*].service": PRIVATE,
        "listeners[*].address": PRIVATE, "listeners[*].port": PRIVATE, "tls.self_signed": PRIVATE, "plaintext_login": PRIVATE,
        "allow_unproven": PRIVATE, "limits.connections": MANY, "limits.connections_per_address": MANY,
        "limits.connections_per_user": MANY, "tenant_limits.accounts": USERS, "id": USERS, "name": USERS, "admins": USERS,
        "users[*].id": USERS, "users[*].address": USERS, "users[*].name": USERS,
        "users[*].password_hash": USERS, "plan.limits.accounts": USERS,
    },
    "dovecot": {
        "base_dir": PRIVATE, "state_dir": PRIVATE, "log_path": PRIVATE, "listen": PRIVATE, "ssl": PRIVATE, "protocols": PRIVATE,
        "disable_plaintext_auth": PRIVATE, "first_valid_uid": USERS, "mail_uid": USERS, "mail_gid": USERS, "mail_home": USERS,
        "mail_location": USERS, "passdb": USERS, "userdb": USERS, "namespace inbox": USERS, "auth_cache_size": FAIR,
        "mail_max_userip_connections": MANY, "default_client_limit": MANY, "default_process_limit": MANY,
        "service imap-login": FAIR, "service pop3-login": FAIR, "service imap": FAIR, "service lmtp": FAIR,
    },
    "postfix": {
        "alias_database": PRIVATE, "alias_maps": PRIVATE, "compatibility_level": PRIVATE, "config_directory": PRIVATE,
        "data_directory": PRIVATE, "queue_directory": PRIVATE, "inet_interfaces": PRIVATE, "inet_protocols": PRIVATE,
        "mail_owner": PRIVATE, "maillog_file": PRIVATE, "maillog_file_prefixes": PRIVATE, "myhostname": PRIVATE,
        "mydestination": USERS, "mynetworks": PRIVATE, "virtual_mailbox_domains": USERS, "virtual_mailbox_maps": USERS,
        "virtual_transport": USERS, "smtpd_recipient_restrictions": USERS, "smtpd_client_connection_count_limit": MANY,
        "smtpd_client_connection_rate_limit": MANY, "lmtp_destination_concurrency_limit": FAIR, "message_size_limit": MANY,
        "mailbox_size_limit": MANY, "virtual_mailbox_limit": MANY,
    },
    "roundcube": {
        "db_dsnw": PRIVATE, "imap_host": PRIVATE, "smtp_host": PRIVATE, "smtp_user": PRIVATE, "smtp_pass": PRIVATE,
        "des_key": PRIVATE, "log_dir": PRIVATE, "temp_dir": PRIVATE, "plugins": "none, as packaged", "skin": "as packaged",
    },
}


def output(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout


def malaposta(program, folder):
    """Names of what is set, with users and listeners taken together."""
    values = json.loads(output(program, "config", "show", "--json", "--configuration", folder))["values"]
    return {re.sub(r"\[[^\]]*\]", "[*]", value["key"]): value["value"] for value in values if "set_at" in value}


def dovecot(folder):
    top = {}
    for line in output("doveconf", "-n", "-c", folder / "dovecot.conf").splitlines():
        if line and not line.startswith(("#", " ", "}")):
            name, _, value = line.partition(" = ")
            top[name.removesuffix(" {")] = value
    return top


def postfix(folder):
    lines = output("postconf", "-n", "-c", folder / "postfix").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(" =") for line in lines)}


def roundcube(folder):
    text = (folder / "web/config/config.inc.php").read_text()
    return dict(re.findall(r"\$config\['(\w+)'\] = (.*);", text))


def check(server, values):
    """Prints what is not a default; ends the run where that is more than is told above."""
    allowed = ALLOWED[server]
    unknown = {name: value for name, value in values.items() if name not in allowed}
    if unknown:
        raise SystemExit(f"{server} is set beyond its defaults: {unknown}; say why in settings.py")
    print(f"\n{server}: defaults, but for")
    for reason in dict.fromkeys(allowed.values()):
        names = [name for name in values if allowed[name] == reason]
        if names:
            print(f"  {reason}: {', '.join(names)}")
