// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A notification for QEMU's vmclock (tests/lab/run --notify): asking this device for its status,
 * as reading its `status` in sysfs does, tells the vmclock that its page has changed.
 */
DefinitionBlock ("", "SSDT", 2, "VMCLK", "NOTIFY", 1)
{
	External (\_SB.VCLK, DeviceObj)

	Scope (\_SB)
	{
		Device (VCLN)
		{
			Name (_HID, "VMCN0000")

			Method (_STA, 0, Serialized)
			{
				Notify (\_SB.VCLK, 0x80)
				Return (0x0F)
			}
		}
	}
}
