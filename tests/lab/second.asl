// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A second vmclock (tests/lab/run --devices 2), whose page is in memory that the kernel leaves alone,
 * and its notifier, which works as that of notify.asl does.
 */
DefinitionBlock ("", "SSDT", 2, "VMCLK", "SECOND", 1)
{
	Scope (\_SB)
	{
		Device (VCL1)
		{
			Name (_HID, "AMZNC10C")
			Name (_CID, "VMCLOCK")
			Name (_CRS, ResourceTemplate ()
			{
				QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed,
					Cacheable, ReadOnly, 0, 0x10000000, 0x10000FFF, 0, 0x1000)
			})
		}

		Device (VCN1)
		{
			Name (_HID, "VMCN0001")

			Method (_STA, 0, Serialized)
			{
				Notify (\_SB.VCL1, 0x80)
				Return (0x0F)
			}
		}
	}
}
