@echo off
rem Windows has no make: a double-click here does what "make annual" does elsewhere.
setlocal
chcp 65001 >nul
cd /d "%~dp0"

set "PYTHON=py -3"
where py >nul 2>nul || set "PYTHON=python"
%PYTHON% --version >nul 2>nul || goto nopython

if "%~1"=="" (
    %PYTHON% -m pipeline.bootstrap annual
) else (
    %PYTHON% -m pipeline.bootstrap %*
)
set "STATUS=%ERRORLEVEL%"
echo.
if not "%STATUS%"=="0" goto failed
if not "%~1"=="" goto end
echo Klart. Rapporten ligger i mappen reports, under årtalet:
echo   intern\index.html       börja här: rapporten, datakvalitet, rader att rätta
echo   intern\arsrapport.pdf   för utskrift
goto end

:failed
echo Det gick inte hela vägen. Läs meddelandet ovanför: det säger vad som är fel och vad du gör.
echo Den senaste rapporten som blev färdig ligger kvar.
goto end

:nopython
echo Python saknas på den här datorn.
echo Gör så här: installera Python 3.13, från Software Center eller python.org,
echo och dubbelklicka sedan på kor.cmd igen.
set "STATUS=1"

:end
echo.
if not defined CI pause
exit /b %STATUS%
