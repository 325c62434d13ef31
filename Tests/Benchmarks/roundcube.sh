#!/bin/bash
# Roundcube 1.6 of Debian 12 behind nginx and php-fpm on loopback, for the Dovecot and Postfix of peers.sh.
#
#   roundcube.sh start DIR     make the configuration under DIR (absolute, the folder that peers.sh started in) and start
#   roundcube.sh pids DIR      prints "nginx=PID php=PID"
#   roundcube.sh stop DIR
#
# Packages: roundcube-core roundcube-sqlite3 php8.2-fpm php8.2-sqlite3 nginx-light.  Needs root.
# Settings: Roundcube's defaults with the skin elastic and no plugins, its data in SQLite; php-fpm as packaged (opcache on,
# pm = dynamic, 5 children at most, 2 at the start); nginx with two workers. The port is BASE+55 (BASE=14025).
# Nothing of the machine's own /etc/roundcube, /etc/php or /etc/nginx is touched.
set -euo pipefail
verb=${1:?start, pids or stop} dir=${2:?a folder}/web
base=${BASE:-14025}
http=$((base + 55)) imap=$((base + 2)) smtp=$base

pids() { echo "nginx=$(cat "$dir/nginx.pid" 2>/dev/null) php=$(cat "$dir/php.pid" 2>/dev/null)"; }

stop() {
  for name in nginx php; do
    if [[ -s $dir/$name.pid ]]; then kill "$(cat "$dir/$name.pid")" 2>/dev/null || true; fi
  done
}

start() {
  mkdir -p "$dir"/{config,data,temp,logs,nginx}
  cp /etc/roundcube/{defaults.inc,mimetypes}.php "$dir/config/"
  cat > "$dir/config/config.inc.php" <<CONF
<?php
\$config = [];
\$config['db_dsnw'] = 'sqlite:///$dir/data/roundcube.db?mode=0640';
\$config['imap_host'] = '127.0.0.1:$imap';
\$config['smtp_host'] = '127.0.0.1:$smtp';
\$config['smtp_user'] = '';
\$config['smtp_pass'] = '';
\$config['des_key'] = 'bench-bench-bench-bench1';
\$config['log_dir'] = '$dir/logs/';
\$config['temp_dir'] = '$dir/temp/';
\$config['plugins'] = [];
\$config['skin'] = 'elastic';
CONF
  if [[ ! -s $dir/data/roundcube.db ]]; then
    php -r '$db = new PDO("sqlite:$argv[1]"); $db->exec(file_get_contents("/usr/share/roundcube/SQL/sqlite.initial.sql"));' \
      "$dir/data/roundcube.db"
  fi
  cat > "$dir/php.conf" <<CONF
[global]
pid = $dir/php.pid
error_log = $dir/logs/php.log
[roundcube]
user = www-data
group = www-data
listen = $dir/php.sock
listen.owner = www-data
listen.group = www-data
pm = dynamic
pm.max_children = 5
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
env[ROUNDCUBE_CONFIG_DIR] = $dir/config
CONF
  cat > "$dir/nginx.conf" <<CONF
user www-data;
worker_processes 2;
pid $dir/nginx.pid;
error_log $dir/logs/nginx.log;
events { worker_connections 768; }
http {
  include /etc/nginx/mime.types;
  access_log off;
  sendfile on;
  tcp_nopush on;
  gzip on;
  client_body_temp_path $dir/nginx/body;
  proxy_temp_path $dir/nginx/proxy;
  fastcgi_temp_path $dir/nginx/fastcgi;
  uwsgi_temp_path $dir/nginx/uwsgi;
  scgi_temp_path $dir/nginx/scgi;
  server {
    listen 127.0.0.1:$http;
    root /var/lib/roundcube/public_html;
    index index.php;
    client_max_body_size 60m;
    location / { try_files \$uri /index.php\$is_args\$args; }
    location ~ \.php {
      include /etc/nginx/fastcgi.conf;
      fastcgi_param SCRIPT_FILENAME \$document_root/index.php;
      fastcgi_pass unix:$dir/php.sock;
    }
  }
}
CONF
  chown -R www-data: "$dir"
  chmod 755 "$dir"
  php-fpm8.2 -y "$dir/php.conf" -c /etc/php/8.2/fpm/php.ini --daemonize
  nginx -c "$dir/nginx.conf" -p "$dir"
  echo "HTTP $http  $(pids)"
}

case $verb in start) start ;; stop) stop ;; pids) pids ;; *) sed -n 2,6p "$0"; exit 2 ;; esac
