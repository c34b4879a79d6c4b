# Run inside an emulated card: radios that the kernel plays (mac80211_hwsim), the toys' Wi-Fi on the first of them, and
# a doll and a phone on the others, each in a network namespace with the real wpa_supplicant. Each line that begins with
# "+" or "-" is one thing that was tried: "+" as it shall be.
tattlebox=/opt/tattlebox/bin/tattlebox
try() { # try WORDS SHALL COMMAND...: SHALL is yes or no
    words=$1 shall=$2; shift 2
    if "$@" >/run/tried 2>&1; then came=yes; else came=no; fi
    if [ "$came" = "$shall" ]; then echo "+ $words"; else echo "- $words"; tail -4 /run/tried; fi
}
again() { # again TIMES COMMAND...: until it works
    times=$1; shift
    for _ in $(seq "$times"); do "$@" && return 0; sleep 1; done
    return 1
}
apply() { again 3 $tattlebox gateway apply --yes "$1"; }
plan() { # plan KEYS REACH
    cat >/run/wifi.json <<END_OF_PLAN
{"mode": "access_point", "upstream": "eth0", "toys": "wlan0", "reach": [$2],
 "wifi": {"ssid": "Toys of the lab", "passphrase": "bears and dolls", "country": "FR", "keys": [$1]}}
END_OF_PLAN
}
inside() { name=$1; shift; ip netns exec "$name" "$@"; }
supplicant() { # supplicant NAME RADIO LINES: (re)start it
    inside "$1" wpa_cli -p "/run/wpa-$1" -i "$2" terminate >/dev/null 2>&1; sleep 1
    printf 'ctrl_interface=/run/wpa-%s\nnetwork={\nssid="Toys of the lab"\n%s\n}\n' "$1" "$3" >"/run/$1.conf"
    inside "$1" wpa_supplicant -B -D nl80211 -i "$2" -c "/run/$1.conf" >/dev/null
}
joined() { inside "$1" wpa_cli -p "/run/wpa-$1" -i "$2" status | grep -q wpa_state=COMPLETED; }
address() { # address NAME RADIO: by DHCP
    cat >/run/udhcpc.sh <<'END_OF_SCRIPT'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip address replace "$ip/$mask" dev "$interface"; ip route replace default via "$router"; echo "$ip" >"/run/ip-$interface"
END_OF_SCRIPT
    chmod +x /run/udhcpc.sh
    inside "$1" busybox udhcpc -i "$2" -f -q -n -t 10 -s /run/udhcpc.sh
}
page() { # page NAME URL: over TLS, whoever signed
    inside "$1" python3 -c 'import ssl, sys, urllib.request as web
context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
print(web.urlopen(sys.argv[1], timeout=30, context=context).status)' "$2"
}
resolves() { inside "$1" busybox nslookup "$2" 192.168.77.1; }
pings() { inside "$1" busybox ping -c 2 -W 3 "$2"; }
lists() { runuser -u tattlebox -- $tattlebox devices --store /var/lib/tattlebox/home.db | grep -i "$1"; }

echo "=== radio"
try "the kernel plays three radios" yes modprobe mac80211_hwsim radios=3
for n in 1 2; do
    name=$([ $n = 1 ] && echo doll || echo phone)
    ip netns add $name; inside $name ip link set lo up
    mkdir -p /etc/netns 2>/dev/null
    iw phy "$(cat /sys/class/net/wlan$n/phy80211/name)" set netns name $name
done
DOLL='{"label": "doll", "passphrase": "the doll alone", "mac": "00:00:00:00:00:00"}'
plan "$DOLL" ""
try "the plan of an access point is applied and kept" yes apply /run/wifi.json
systemctl stop tattlebox-sensor@eth0; systemctl start tattlebox-sensor@wlan0
supplicant doll wlan1 'key_mgmt=WPA-PSK
psk="the doll alone"'
supplicant phone wlan2 'key_mgmt=SAE
psk="bears and dolls"
ieee80211w=2'
try "the doll joins by WPA2 with a key of its own" yes again 40 joined doll wlan1
try "the phone joins by WPA3 with the key of all" yes again 40 joined phone wlan2
try "the doll is lent an address" yes address doll wlan1
try "the phone is lent an address" yes address phone wlan2
try "the doll finds a name of the internet" yes again 5 resolves doll prod.de.tbs.toys
try "the doll exchanges TLS with the internet" yes again 3 page doll https://prod.de.tbs.toys/
try "the phone opens the dashboard" yes again 3 page phone https://tattlebox.home.arpa/setup/
try "the phone does not reach the doll" no pings phone "$(cat /run/ip-wlan1)"
plan "$DOLL" "{\"mac\": \"$(inside phone cat /sys/class/net/wlan2/address)\", \"addresses\": [\"$(cat /run/ip-wlan1)\"]}"
try "an exception for the phone is applied" yes apply /run/wifi.json
again 40 joined doll wlan1; again 40 joined phone wlan2
try "the phone reaches the doll" yes again 3 pings phone "$(cat /run/ip-wlan1)"
try "the doll does not reach the phone" no pings doll "$(cat /run/ip-wlan2)"
try "the doll is on the list of devices" yes again 30 lists "02:00:00:00:01:00"
try "the phone is on the list of devices" yes again 30 lists "02:00:00:00:02:00"
plan "" ""
try "the doll's key is taken away" yes apply /run/wifi.json
try "the phone joins again" yes again 40 joined phone wlan2
supplicant doll wlan1 'key_mgmt=WPA-PSK
psk="the doll alone"'
try "the doll does not" no again 15 joined doll wlan1
echo "=== done"
