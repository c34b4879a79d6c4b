# Run inside an emulated card between the lab's router and its switch: toys by cable, and somebody who may read the pages.
tattlebox=/opt/tattlebox/bin/tattlebox
cat >/run/wired.json <<END_OF_PLAN
@PLAN@
END_OF_PLAN
for _ in 1 2 3; do $tattlebox gateway apply --yes /run/wired.json >/run/tried 2>&1 && break; done
tail -2 /run/tried
systemctl stop tattlebox-sensor@eth0
systemctl start tattlebox-sensor@eth1
cat >/run/log_in.py <<'END_OF_PROGRAM'
@LOG_IN@
END_OF_PROGRAM
echo "=== token"
runuser -u tattlebox -- /opt/tattlebox/bin/python3 - /var/lib/tattlebox/home.db </run/log_in.py
echo "=== done"
