/* How a native reader asks for what stands in a batch: by the capsule in `sensor.meter._meter.packed`. Needs
 * <Python.h>.
 */
#ifndef TATTLEBOX_PACKED_H
#define TATTLEBOX_PACKED_H
#include "_item.h"

#define PACKED_CAPSULE "sensor.meter._meter.packed"

/* Fields of sensor.packet.Packet, in order. */
enum packet_field {
    P_TS, P_UID, P_KIND, P_SRC, P_SPORT, P_DST, P_DPORT, P_SRC_MAC, P_DST_MAC, P_IS_ORIG, P_SEQ, P_PAYLOAD, P_CUT,
    PACKET_FIELDS
};

struct packed {
    PyObject *batch; /* the type whose buffer is an array of struct item */
    /* Return a new reference to one field of an ITEM_PACKET, NULL with an exception set. */
    PyObject *(*field)(PyObject *batch, const struct item *item, int field);
};
#endif
