# SPDX-License-Identifier: GPL-2.0
# awk -v query=CMD -v get=CMD -f ioctls.awk TRACE: count the ioctls of a VMM, and those
# that failed.
#
# One failure of a query is right. i915 in the guest turns a plane on by its control
# register, and writes its address after that. If the vblank comes between the two,
# hardware scans out the address of before for one frame; after a modeset that is 0,
# which is not the guest's. Such a query is counted by itself: refused for its address
# (stock gives no reason), for less than a refresh, and what the next ones get is a
# framebuffer that was not there before.

function forget() { n = 0; described = 0 }
function failure(what) { errors++; failed = failed " " what }
# What was suspected to be half on was not.
function blame(   i) { for (i = 1; i <= n; i++) failure(query ":-22"); forget() }

BEGIN { REFRESH = 1 / 60 }
{
	for (i = 1; i <= NF && $i !~ /^[0-9]+\.[0-9]+:$/; i++)
		;
	time = $i + 0
}
/ gvt_dmabuf_refuse: / { other_reason = !/ type 1: not in the vGPU.s share of the GGTT / }
/ ioctl: / {
	split("", v)
	for (i = 1; i <= NF; i++) {
		split($i, f, "=")
		v[f[1]] = f[2]
	}
	# DRM commands have a d (0x64) in their second byte.
	drm = substr(v["cmd"], length(v["cmd"]) - 3, 2) == "64"
	if (v["cmd"] != query && v["cmd"] != get && !drm)
		next

	if (v["cmd"] == query && v["ret"] + 0 == -22 && !other_reason && !described) {
		if (!n++)
			since = time
		if (time - since >= REFRESH)
			blame()
	} else if (v["ret"] + 0 < 0) {
		failure(v["cmd"] ":" v["ret"])
	} else if (v["cmd"] == query) {
		queries++
		if (n && described++)
			blame()
	} else if (v["cmd"] == get) {
		gets++
		if (!seen[v["id"]]++)
			ids++
		half_on += n
		forget()
	}
	other_reason = 0
}
END {
	blame()
	if (half_on)
		print "half on: " half_on " plane queries between the control register and the address"
	print "ioctls: " queries + 0 " plane queries, " gets + 0 \
		" dma-bufs fetched, " ids + 0 \
		" distinct dma-buf ids, " errors + 0 " errors" failed
}
