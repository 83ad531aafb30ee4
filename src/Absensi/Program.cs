System.Console.WriteLine("absensi");
