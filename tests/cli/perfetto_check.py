#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a Perfetto trace and says what is on its tracks.

    perfetto_check.py <TRACE

Decoded by Google's library, by the numbers and types that Perfetto's own descriptions have and that are
written down here once more, so that a slip in src/report/perfetto.proto is one against this. Prints an
object: the clocks, and each track with its slices, instants and values. Fails where a slice is not closed
in order, an integer beyond 2^53 has not its digits beside it, or a field is none of these.
"""
import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

MESSAGES = {
    "Trace": {"packet": (1, "*TracePacket")},
    "TracePacket": {
        "timestamp": (8, "uint64"), "timestamp_clock_id": (58, "uint32"),
        "trusted_packet_sequence_id": (10, "uint32"), "sequence_flags": (13, "uint32"),
        "clock_snapshot": (6, "ClockSnapshot"), "track_event": (11, "TrackEvent"),
        "track_descriptor": (60, "TrackDescriptor")},
    "ClockSnapshot": {"clocks": (1, "*Clock"), "primary_trace_clock": (2, "int32")},
    "Clock": {"clock_id": (1, "uint32"), "timestamp": (2, "uint64")},
    "TrackDescriptor": {
        "uuid": (1, "uint64"), "name": (2, "string"), "process": (3, "Process"),
        "thread": (4, "Thread"), "parent_uuid": (5, "uint64"), "counter": (8, "Counter"),
        "child_ordering": (11, "int32"), "sibling_order_rank": (12, "int32"),
        "description": (14, "string")},
    "Process": {"pid": (1, "int32"), "process_name": (6, "string")},
    "Thread": {"pid": (1, "int32"), "tid": (2, "int32"), "thread_name": (5, "string")},
    "Counter": {"unit": (3, "int32"), "y_axis_share_key": (7, "string")},
    "TrackEvent": {
        "debug_annotations": (4, "*Annotation"), "type": (9, "int32"), "track_uuid": (11, "uint64"),
        "categories": (22, "*string"), "name": (23, "string"), "counter_value": (30, "int64"),
        "flow_ids": (47, "*fixed64")},
    "Annotation": {
        "bool_value": (2, "bool"), "uint_value": (3, "uint64"), "int_value": (4, "int64"),
        "string_value": (6, "string"), "name": (10, "string")},
}
KINDS = {1: "begin", 2: "end", 3: "instant", 4: "value"}


def trace_type():
    field_types = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="trace", package="trace", syntax="proto2")
    for message, fields in MESSAGES.items():
        into = file.message_type.add(name=message)
        for name, (number, kind) in fields.items():
            field = into.field.add(name=name, number=number)
            field.label = field.LABEL_REPEATED if kind[0] == "*" else field.LABEL_OPTIONAL
            if kind.lstrip("*") in MESSAGES:
                field.type = field_types.TYPE_MESSAGE
                field.type_name = ".trace." + kind.lstrip("*")
            else:
                field.type = getattr(field_types, "TYPE_" + kind.lstrip("*").upper())
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName("trace.Trace")
    # Its name before and since version 4.
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def decode(data):
    trace = trace_type().FromString(data)
    trace.DiscardUnknownFields()
    assert len(trace.SerializeToString()) == len(data), "there are fields of other numbers or types"
    return trace


def name_of(descriptor):
    if descriptor.HasField("process"):
        return "process %d %s" % (descriptor.process.pid, descriptor.process.process_name)
    if descriptor.HasField("thread"):
        return "thread %d %s" % (descriptor.thread.tid, descriptor.thread.thread_name)
    return descriptor.name


def argument(annotation):
    (value,) = [value for field, value in annotation.ListFields() if field.name != "name"]
    return value


def add(track, packet, event):
    assert packet.timestamp_clock_id == 3, "not by CLOCK_MONOTONIC"
    raw = track.setdefault("raw", [])
    args = {one.name: argument(one) for one in event.debug_annotations}
    assert len(args) == len(event.debug_annotations), "an argument is there twice"
    for name, value in args.items():
        large = isinstance(value, int) and abs(value) > 1 << 53
        assert not large or args.get(name + "_text") == str(value), "%s has no digits" % name
    more = {"args": args, "categories": list(event.categories), "flows": list(event.flow_ids)}
    raw.append((packet.timestamp, len(raw), KINDS[event.type], event.name, more,
                event.counter_value))


def settle(track):
    """In order of time, as a viewer takes them: the last that is open is the first to end."""
    open_ones, slices, instants, values = [], [], [], []
    for at, _, kind, name, more, value in sorted(track.pop("raw", []), key=lambda e: e[:2]):
        if kind == "begin":
            open_ones.append((at, name, more))
        elif kind == "end":
            began, name, more = open_ones.pop()
            slices.append({"at": began, "ns": at - began, "name": name, **more})
        elif kind == "instant":
            instants.append({"at": at, "name": name, **more})
        else:
            values.append([at, value])
    assert not open_ones, "%s is not closed" % open_ones
    track.update(slices=slices, instants=instants, values=values)


def main():
    clocks, tracks = {}, {}
    for packet in decode(sys.stdin.buffer.read()).packet:
        assert packet.trusted_packet_sequence_id == 1
        if packet.HasField("clock_snapshot"):
            assert packet.clock_snapshot.primary_trace_clock == 3
            clocks = {clock.clock_id: clock.timestamp for clock in packet.clock_snapshot.clocks}
        elif packet.HasField("track_descriptor"):
            of = packet.track_descriptor
            tracks.setdefault(of.uuid, {}).update(
                name=name_of(of), parent=of.parent_uuid, unit=of.counter.unit)
        else:
            add(tracks[packet.track_event.track_uuid], packet, packet.track_event)
    for track in tracks.values():
        settle(track)
        track["parent"] = tracks[track["parent"]]["name"] if track["parent"] else None
    json.dump({"clocks": clocks, "tracks": list(tracks.values())}, sys.stdout, indent=1)


main()
